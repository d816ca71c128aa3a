"""One partition of the log and the visitors on it: records in, changed rows out."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from services.core.act import Act
from services.core.changes import Changes
from services.core.event import WATERMARK, Event, Millis
from services.core.key_hash import key_hash
from services.core.plan import Plan
from services.core.refusal import Reason
from services.core.refusal_row import Place, row_of_worker
from services.core.rendering import (
    finding_rows,
    session_row,
    withdrawn_findings,
    withdrawn_session,
)
from services.core.rows import PositionRow, RefusedRow, StateRow
from services.core.rulebook import Rulebook
from services.core.session import STATE_FORMAT, LiveSession, Visitor, VisitorState, revive
from services.core.sessioniser import Added, Sessioniser
from services.core.tenant import Tenant

if TYPE_CHECKING:
    from services.core.pipeline import Record

_EVENT = msgspec.json.Decoder(Event)
_PROPS: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(dict[str, object])
_STATE = msgspec.msgpack.Decoder(VisitorState)
_ENCODER = msgspec.msgpack.Encoder()

LONGEST_TEXT = 256
"""Characters of a text property kept with a session; the events table has it in full."""


class Partition:
    """Applies a partition's records to its visitors' sessions and hands over what changed."""

    def __init__(self, book: Rulebook, position: PositionRow, states: Iterable[StateRow]) -> None:
        self.book = book
        self._sessioniser = Sessioniser(book)
        self.position = position
        self.pending = 0
        self._base = position.epoch << 40
        self._next = position.next_offset
        self._moved = False
        self._tenants: dict[str, Tenant] = {}
        self._dirty: list[Visitor] = []
        self._changes = Changes()
        clocks: dict[str, list[int]] = msgspec.json.decode(position.clocks or "{}")
        for project, times in clocks.items():
            self._tenants[project] = Tenant(self.book, times)
        for state in states:
            self._restore(state)

    @property
    def version(self) -> int:
        """Of everything written now: the number of records applied, which grows from one log to the next."""
        return self._base + self._next

    @property
    def refused(self) -> Sequence[RefusedRow]:
        """What was set aside since the last `take`."""
        return self._changes.refused

    def feed(self, records: Sequence["Record"], now: Millis) -> None:
        """Apply records in order."""
        for record in records:
            if record.offset < self._next:
                continue
            try:
                self._apply(record.value or b"", self._base + record.offset + 1, now)
            except msgspec.MsgspecError as error:
                self._refuse(record, Reason.UNREADABLE, str(error), now)
            except Exception as error:
                # One event must not stop all that come after it, whatever is wrong with it or with a rule.
                self._refuse(record, Reason.FAILED, f"{type(error).__name__}: {error}", now)
            self._next = record.offset + 1
            self.pending += 1
        self._moved = True
        for tenant in self._tenants.values():
            self._mark(tenant.close_due())

    def tick(self, now: Millis) -> None:
        """Let the wall clock close sessions."""
        for tenant in self._tenants.values():
            self._mark(tenant.tick(now))

    def take(self, changes: Changes) -> None:
        """Move what changed over to `changes`."""
        mine, self._changes = self._changes, Changes()
        changes.events += mine.events
        changes.refused += mine.refused
        for visitor in self._dirty:
            self._write(visitor, changes)
        if self._moved or self._dirty:
            changes.positions.append(self._position())
        self._dirty.clear()
        self._moved = False
        self.pending = 0

    def _apply(self, value: bytes, version: int, now: Millis) -> None:
        event = _EVENT.decode(value)
        tenant = self._tenants.get(event.project)
        if tenant is None:
            tenant = self._tenants[event.project] = Tenant(self.book)
        if event.watermark:
            tenant.imported_at = now
            if event.type == WATERMARK:
                self._mark(tenant.end_import())
                return
        plan, act = self._meaning(event)
        visitor = tenant.visitors.get(event.visitor)
        if visitor is None:
            visitor = tenant.visitors[event.visitor] = Visitor(event.project, event.visitor, -1)
        elif version <= visitor.version:
            return
        historical = event.watermark > 0
        mark = tenant.marks[historical]
        clock = max(mark.at, event.watermark or event.received_at)
        added = self._sessioniser.add(visitor, act, plan, clock, historical)
        if added is Added.DUPLICATE:
            return
        mark.at = clock
        if added is Added.REARRANGED:
            mark.remind(event.visitor, event.occurred_at + self.book.inactivity)
        self._changes.events.append(value)
        visitor.user = event.user or visitor.user
        self._mark((visitor,))

    def _meaning(self, event: Event) -> tuple[Plan, Act]:
        plan = self.book.plan(event.name, event.path)
        if not plan.reads:
            return plan, Act(event.occurred_at, event.id, event.name, event.path)
        props = _kept(_PROPS.decode(event.props), plan.reads)
        if plan.undecided:
            plan = self.book.settle(plan, event.name, event.path, props)
        return plan, Act(event.occurred_at, event.id, event.name, event.path, props)

    def _mark(self, visitors: Iterable[Visitor]) -> None:
        for visitor in visitors:
            if not visitor.dirty:
                visitor.dirty = True
                self._dirty.append(visitor)

    def _write(self, visitor: Visitor, changes: Changes) -> None:
        at = (self.position.partition, self.version)
        for session in visitor.withdrawn:
            changes.sessions.append(withdrawn_session(visitor, session, *at))
            changes.findings += withdrawn_findings(visitor, session, *at)
        visitor.withdrawn = []
        visitor.dirty = False
        for live in visitor.sessions:
            if live.dirty:
                changes.sessions.append(session_row(visitor, live, *at))
                changes.findings += finding_rows(visitor, live, *at)
                live.dirty = False
        self._tenants[visitor.project].let_go(visitor)
        changes.states.append(self._state(visitor))

    def _state(self, visitor: Visitor) -> StateRow:
        sessions = [live.session for live in visitor.sessions]
        return StateRow(
            project=visitor.project,
            visitor=visitor.id,
            key_hash=key_hash(visitor.id),
            blob=_ENCODER.encode(VisitorState(STATE_FORMAT, visitor.user, sessions)) if sessions else b"",
            version=self.version,
            is_deleted=int(not sessions),
        )

    def _restore(self, row: StateRow) -> None:
        state = _STATE.decode(row.blob)
        tenant = self._tenants.setdefault(row.project, Tenant(self.book))
        visitor = Visitor(row.project, row.visitor, row.version, state.user)
        visitor.sessions = [_clean(revive(session, self.book)) for session in state.sessions]
        tenant.visitors[row.visitor] = visitor
        for live in visitor.sessions:
            # A new log begins without clocks, but not before the last that these sessions have seen.
            tenant.marks[live.session.historical].advance(live.session.touched_at)
        tenant.remind(visitor)

    def _position(self) -> PositionRow:
        clocks = {project: [mark.at for mark in tenant.marks] for project, tenant in self._tenants.items()}
        self.position = msgspec.structs.replace(
            self.position,
            next_offset=self._next,
            clocks=msgspec.json.encode(clocks).decode(),
            version=self.version,
        )
        return self.position

    def _refuse(self, record: "Record", reason: Reason, detail: str, now: Millis) -> None:
        place = Place(self.position.log_id, self.position.partition, record.offset)
        self._changes.refused.append(row_of_worker(place, record.value or b"", reason, detail, now))


def _kept(props: dict[str, object], reads: frozenset[str]) -> dict[str, object]:
    return {
        name: value if type(value := props[name]) is not str or len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT]
        for name in reads & props.keys()
    }


def _clean(live: LiveSession) -> LiveSession:
    live.dirty = False
    return live
