"""Where a page of a list ended: given out as a text, and taken back for the next page."""

import base64
from typing import Annotated, TypeAlias, TypeVar

import msgspec
from pydantic import Field

from services.api.problem import Refusal

C = TypeVar("C")

CursorText: TypeAlias = Annotated[
    str, Field(max_length=2_000, description="`next_cursor` of the page before; keep the other parameters.")
]


def write_cursor(after: object) -> str:
    """Where the next page goes on."""
    return base64.urlsafe_b64encode(msgspec.json.encode(after)).decode()


def read_cursor(text: str, kind: type[C]) -> C:
    """A cursor as we wrote it; it is bound as parameters like any other value, so it need not be signed."""
    try:
        return msgspec.json.decode(base64.b64decode(text, altchars=b"-_", validate=True), type=kind)
    except (ValueError, msgspec.DecodeError):
        raise Refusal(
            422, "This is no cursor of ours: pass `next_cursor` as it came.", pointer="/query/cursor"
        ) from None
