"""A page of an answer's lists, by one convention: `limit`, `cursor`, `next_cursor` and a Link header.

Lists are ranked over all there is, so a page is where it stands in the ranking. The cursor also keeps the period, that
must not move while somebody leafs through. Lists of sessions and of refused events, which new ones join at the top,
have cursors that say after which row (questions/sessions.py, questions/refused.py).
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, TypeVar

import msgspec
from pydantic import BaseModel, Field

from services.api.cursor import CursorText, read_cursor, write_cursor
from services.api.period import EARLIEST, LATEST, Period
from services.api.question import Answer, Asked
from services.api.questions.freshness import from_millis, to_millis

T = TypeVar("T")

Moment = Annotated[int, msgspec.Meta(ge=to_millis(EARLIEST), le=to_millis(LATEST))]


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """How many rows of each list were shown, and of which period; of none where the list has no period."""

    after: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
    from_ms: Moment = to_millis(EARLIEST)
    to_ms: Moment = to_millis(LATEST)


class Paging(BaseModel):
    """How long a page is, and where it begins."""

    limit: int = Field(50, ge=1, le=500, description="At most so many of each list a page.")
    cursor: CursorText = ""


class PagedAnswer(Answer):
    """An answer whose lists are shown a page at a time."""

    next_cursor: str | None = Field(None, description="For the next page; null on the last. Also in the Link header.")

    lists: ClassVar[Sequence[str]] = ()
    """Which of its lists are long."""

    def long_lists(self) -> Sequence[tuple[BaseModel, str]]:
        """Each list that is long: what holds it, the answer or a row of it, and its name there."""
        return [(self, name) for name in self.lists]


def start_of(paging: Paging) -> Cursor:
    """Where the page begins; a Refusal for what is no cursor."""
    return read_cursor(paging.cursor, Cursor) if paging.cursor else Cursor(0)


def reach(paging: Paging) -> int:
    """How many rows of a list must be known to show this page and whether another follows."""
    return start_of(paging).after + paging.limit + 1


def resumed(asked: Asked, paging: Paging) -> Asked:
    """What was asked, of the period that the first page was of."""
    if not paging.cursor:
        return asked
    cursor = start_of(paging)
    return asked.of(Period(since=from_millis(cursor.from_ms), until=from_millis(cursor.to_ms)))


def turn(answer: PagedAnswer, asked: Asked, paging: Paging) -> None:
    """Cut an answer's lists to the page, and say where the next one begins."""
    after = start_of(paging).after
    follows = False
    for holder, name in answer.long_lists():
        whole = getattr(holder, name)
        follows = follows or len(whole) > after + paging.limit
        setattr(holder, name, whole[after : after + paging.limit])
    if follows:
        answer.next_cursor = write_cursor(Cursor(after + paging.limit, **asked.period.parameters))


def page_of(rows: Sequence[T], paging: Paging) -> tuple[Sequence[T], str | None]:
    """The rows of a page of a list that has no period, and where the next one begins."""
    after = start_of(paging).after
    until = after + paging.limit
    return rows[after:until], write_cursor(Cursor(until)) if len(rows) > until else None
