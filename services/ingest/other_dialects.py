"""Requests in other words than Segment's: translated into its calls first, so that all is checked in one place.

What is refused is set aside as translated, so that it can be sent again like any other call.
"""

from collections.abc import Callable
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from services.ingest.caller import Caller, Query
from services.ingest.calls import without_half_letters
from services.ingest.dialects.gtag import as_batch as gtag_batch
from services.ingest.intake import Intake, Parts, Taken
from services.ingest.problem import Problem
from services.ingest.take_events import TakeEvents

Translate = Callable[[bytes, Query], bytes]
"""A body and the query of its address as a batch. Raises Problem where it cannot be read as a whole."""


class TakeTranslated(TakeEvents):
    """Takes what one dialect's clients send."""

    def __init__(self, parts: Parts, translate: Translate) -> None:
        super().__init__(parts)
        self._translate = translate

    def take(self, caller: Caller, body: bytes) -> Taken:
        return super().take(caller, self._in_calls(body, caller.query))

    def _in_calls(self, body: bytes, query: Query) -> bytes:
        try:
            return self._translate(body, query)
        except Problem:
            whole = without_half_letters(body)
            if whole == body:
                raise
        return self._translate(whole, query)


class TakeGtag(TakeTranslated):
    """Takes what gtag.js sends: by POST, or as the address of an image; the key may stand before the path."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts, gtag_batch)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = "POST" if scope["method"] == "GET" else scope["method"]
        query = scope["query_string"]
        if key := scope.get("path_params", {}).get("key"):
            query += b"&writeKey=" + quote(key).encode()
        await super().__call__({**scope, "method": method, "query_string": query}, receive, send)


class TakeEither(TakeEvents):
    """Takes batches on a path on which clients of two dialects meet."""

    def __init__(self, parts: Parts, is_others: Callable[[bytes], bool], others: Intake) -> None:
        super().__init__(parts)
        self._is_others = is_others
        self._others = others

    def take(self, caller: Caller, body: bytes) -> Taken:
        return self._others.take(caller, body) if self._is_others(body) else super().take(caller, body)
