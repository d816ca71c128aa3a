"""Who asked to be forgotten, and when: what they did until then is dropped, also where it comes late or once more."""

from collections.abc import Iterable
from contextlib import suppress

import msgspec

from services.core.event import Event, Millis
from services.core.rows import ForgottenRow
from services.core.rulebook import Rulebook
from services.core.session import LiveSession, Visitor, revive
from services.core.sessioniser import opened
from services.core.visitor_state import wake


class _Acted(msgspec.Struct):
    project: str
    visitor: str
    occurred_ms: Millis


_acted = msgspec.json.Decoder(_Acted).decode


class Oblivion:
    """Remembers whom to forget."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], Millis] = {}
        self.is_asked = False
        """Whether anybody asked."""

    def add(self, row: ForgottenRow) -> bool:
        """Whether that is news."""
        key = row.project, row.visitor
        if row.forgotten_at <= self._until.get(key, 0):
            return False
        self._until[key] = row.forgotten_at
        self.is_asked = True
        return True

    def covers(self, event: Event) -> bool:
        return event.occurred_at <= self._until.get((event.project, event.visitor), 0)

    def without(self, lines: Iterable[bytes], row: ForgottenRow) -> list[bytes]:
        """Events as they came, without the forgotten ones."""
        name = msgspec.json.encode(row.visitor)
        return [line for line in lines if name not in line or not _is_of(_acted(line), row)]

    def left_of(self, visitor: Visitor, until: Millis, book: Rulebook) -> Visitor | None:
        """A visitor anew, with what they did since; None where that is nothing."""
        if visitor.asleep is not None:
            # A state that nobody can read has nothing that could be kept.
            with suppress(msgspec.MsgspecError):
                wake(visitor, visitor.asleep, book)
        left = Visitor(visitor.project, visitor.id)
        left.sessions = [one for live in visitor.sessions if (one := _since(left, live, until, book)) is not None]
        return left if left.sessions else None


def _since(visitor: Visitor, live: LiveSession, until: Millis, book: Rulebook) -> LiveSession | None:
    acts = [act for act in live.session.acts if act.occurred_at > until]
    if not acts or len(acts) == len(live.session.acts):
        return live if acts else None
    session = opened(visitor, acts[0], live.session.touched_at, live.session.historical)
    return revive(msgspec.structs.replace(session, acts=acts, closed=live.session.closed), book)


def _is_of(acted: _Acted, row: ForgottenRow) -> bool:
    return (acted.project, acted.visitor) == (row.project, row.visitor) and acted.occurred_ms <= row.forgotten_at
