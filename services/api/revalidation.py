"""Answers that have not changed are not sent again: strong ETags, and 304 to whom has the answer already (RFC 9110)."""

from collections.abc import Callable, Coroutine
from hashlib import blake2b
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute


class RevalidatedRoute(APIRoute):
    """Answers a GET with an ETag, or with 304 where the one who asks names it in If-None-Match."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            response = await handle(request)
            if request.method != "GET":
                return response
            tag = f'"{blake2b(response.body, digest_size=16).hexdigest()}"'
            # Whoever keeps it must ask again each time, and keep it for this key alone.
            headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Accept"}
            if is_known(tag, request.headers.get("If-None-Match", "")):
                return Response(status_code=304, headers=headers)
            response.headers.update(headers)
            return response

        return answer


def is_known(tag: str, known: str) -> bool:
    """Whether an If-None-Match names a tag; a proxy may have made it a weak one.

    >>> is_known('"a"', 'W/"b", W/"a"')
    True
    """
    return known.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in known.split(",")}
