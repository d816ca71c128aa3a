"""One partition of the log and the visitors on it: records in, changed rows out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from services.core.changes import Changes
from services.core.claim import is_true
from services.core.event import WATERMARK, Event, Millis
from services.core.key_hash import key_hash
from services.core.meaning import meaning
from services.core.oblivion import Oblivion
from services.core.refusal import Reason
from services.core.refusal_row import Place, row_of_worker
from services.core.rendering import undone_finding, undone_session
from services.core.rows import ForgottenRow, PositionRow, RefusedRow, StateRow, UnfinishedRow
from services.core.rulebook import Rulebook
from services.core.session import LiveSession, Visitor
from services.core.sessioniser import DUPLICATE, REARRANGED, Sessioniser
from services.core.tenant import Tenant
from services.core.unwritten import Unwritten
from services.core.visitor_state import refuse_newer, wake

_decode = msgspec.json.Decoder(Event).decode


class Record(Protocol):
    """What the pipeline needs of a Kafka record."""

    @property
    def offset(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...


class Partition:
    """Applies a partition's records to its visitors' sessions and hands over what changed."""

    def __init__(
        self,
        book: Rulebook,
        position: PositionRow,
        states: Iterable[StateRow],
        unfinished: Iterable[UnfinishedRow] = (),
    ) -> None:
        """Go on from a position, with the states that stand and with what was written past it.

        Raises NewerState where a later version of this program wrote the states.
        """
        self.book = book
        self._sessioniser = Sessioniser(book)
        self.pending = self.pending_bytes = 0
        self._next = position.next_offset
        self._now: Millis = 0
        self._moved = False
        self._tenants: dict[str, Tenant] = {}
        self._unwritten = Unwritten(position, self._tenants)
        # Visitors whose states were written, and the position past them was not.
        self._ahead: dict[tuple[str, str], int] = {}
        self._ahead_until = 0
        self._oblivion = Oblivion()
        clocks: dict[str, list[int]] = msgspec.json.decode(position.clocks or "{}")
        for project, times in clocks.items():
            self._tenants[project] = Tenant(self.book, self._make_ready, times)
        self._restore(states, unfinished)

    @property
    def refused(self) -> Sequence[RefusedRow]:
        """What was set aside since the last `take`."""
        return self._unwritten.changes.refused

    def feed(self, records: Sequence[Record], now: Millis) -> None:
        """Apply records in order."""
        self._now = now
        if records and records[0].offset < self._next:
            records = [record for record in records if record.offset >= self._next]
        size = 0
        for record in records:
            value = record.value or b""
            size += len(value)
            try:
                self._apply(value, record.offset)
            except msgspec.MsgspecError as error:
                self._refuse(record, Reason.UNREADABLE, str(error))
            except Exception as error:
                # One event must not stop all that come after it, whatever is wrong with it or with a rule.
                self._refuse(record, Reason.FAILED, f"{type(error).__name__}: {error}")
        if records:
            self._next = records[-1].offset + 1
            self.pending += len(records)
            self.pending_bytes += size
        self._moved = True
        for tenant in self._tenants.values():
            self._unwritten.mark(tenant.close_due())

    def tick(self, now: Millis) -> None:
        """Let the wall clock close sessions."""
        self._now = now
        for tenant in self._tenants.values():
            self._unwritten.mark(tenant.tick(now))

    def begin(self, changes: Changes) -> None:
        """Begin a checkpoint of all that changed until now, whatever is fed while `render` goes on with it.

        Each has a version of its own, higher than those before.
        """
        self._unwritten.hand_over(changes)
        if self._moved or self._unwritten.dirty:
            self._unwritten.begin(changes, self._reached())
        self._moved = False
        self.pending = self.pending_bytes = 0

    def render(self, most: int) -> int:
        """Write up to so many visitors down for the checkpoint begun, its position after the last; how many it were."""
        return self._unwritten.render(most)

    def forget(self, rows: Iterable[ForgottenRow]) -> list[ForgottenRow]:
        """Drop what visitors of this partition did until they asked for it, here and whatever of it still comes.

        Those it did not know of. What the store has of them can be erased now: nothing of it is written again.
        Not while a checkpoint is begun, which would.
        """
        assert not self._unwritten.is_begun
        fresh = [row for row in rows if self._is_mine(row.visitor) and self._oblivion.add(row)]
        for row in fresh:
            self._unwritten.changes.events = self._oblivion.without(self._unwritten.changes.events, row)
            tenant = self._tenants.get(row.project)
            visitor = tenant.visitors.pop(row.visitor, None) if tenant else None
            if tenant is None or visitor is None:
                continue
            self._unwritten.drop(visitor)
            if (left := self._oblivion.left_of(visitor, row.forgotten_at, self.book)) is not None:
                tenant.take_in(left)
                self._unwritten.mark((left,))
        return fresh

    def _is_mine(self, visitor: str) -> bool:
        return key_hash(visitor) % (self._unwritten.position.partitions or 1) == self._unwritten.position.partition

    def take_back(self, rows: Iterable[UnfinishedRow]) -> None:
        """Withdraw what nothing ever stood for: of a session that is here the truth is written again."""
        for row in rows:
            if not is_true(row.version, row.believed):
                self._take_back(row)

    def _apply(self, value: bytes, offset: int) -> None:
        event = _decode(value)
        tenant = self._tenants.get(event.project)
        if tenant is None:
            tenant = self._tenants[event.project] = Tenant(self.book, self._make_ready)
        watermark = event.watermark
        if watermark and self._is_end(tenant, event):
            return
        if (offset < self._ahead_until or self._oblivion.is_asked) and self._is_known(event, offset):
            return
        plan, act = meaning(event, self.book)
        visitor = tenant.visitors.get(event.visitor)
        if visitor is None or visitor.leaving or visitor.asleep is not None:
            visitor = self._visitor(tenant, event)
        mark = tenant.marks[watermark > 0]
        clock = watermark or event.received_at
        if clock < mark.at:
            clock = mark.at
        added = self._sessioniser.add(visitor, act, plan, clock, watermark > 0)
        if added is DUPLICATE:
            return
        mark.at = clock
        if added is REARRANGED or plan.quiet_after:
            tenant.remind(visitor)
        unwritten = self._unwritten
        unwritten.changes.events.append(value)
        if not visitor.dirty:
            visitor.dirty = True
            unwritten.dirty.append(visitor)

    def _is_end(self, tenant: Tenant, event: Event) -> bool:
        """Note that an import goes on, or that this ends it."""
        tenant.imported_at = self._now
        if event.type != WATERMARK:
            return False
        self._unwritten.mark(tenant.end_import())
        return True

    def _is_known(self, event: Event, offset: int) -> bool:
        """Whether it is of somebody who asked to be forgotten, or applied already in the visitor's stored state."""
        return self._oblivion.covers(event) or offset < self._ahead.get((event.project, event.visitor), 0)

    def _visitor(self, tenant: Tenant, event: Event) -> Visitor:
        visitor = tenant.visitors.get(event.visitor)
        if visitor is not None and (visitor.leaving or visitor.asleep is not None):
            self._make_ready(visitor)
            visitor = tenant.visitors.get(event.visitor)  # none where that let go of them
        if visitor is None:
            visitor = tenant.visitors[event.visitor] = Visitor(event.project, event.visitor)
        return visitor

    def _reached(self) -> PositionRow:
        clocks = {project: tenant.note_clocks() for project, tenant in self._tenants.items()}
        version = self._unwritten.position.version + 1
        return msgspec.structs.replace(
            self._unwritten.position,
            finished=version,
            next_offset=self._next,
            clocks=msgspec.json.encode(clocks).decode(),
            version=version,
        )

    def _restore(self, states: Iterable[StateRow], unfinished: Iterable[UnfinishedRow]) -> None:
        stand_for: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for state in states:
            refuse_newer(state)
            here = (state.log_id, state.partition) == (
                self._unwritten.position.log_id,
                self._unwritten.position.partition,
            )
            key = state.project, state.visitor
            stand_for[key].append(state.stands_for)
            if here and state.next_offset > self._next:
                self._ahead[key] = state.next_offset
                self._ahead_until = max(self._ahead_until, state.next_offset)
            if not state.is_deleted:
                self._put_to_sleep(state, here)
        self.take_back(row for row in unfinished if not is_true(row.version, stand_for[row.project, row.visitor]))

    def _put_to_sleep(self, state: StateRow, here: bool) -> None:
        tenant = self._tenants.setdefault(state.project, Tenant(self.book, self._make_ready))
        if here or state.visitor not in tenant.visitors:
            visitor = Visitor(state.project, state.visitor, moved_from=None if here else state)
            tenant.put_to_sleep(visitor, state)

    def _make_ready(self, visitor: Visitor) -> None:
        """Before a visitor is changed: what a checkpoint begun must tell of them is written down, else they wake."""
        if visitor.leaving:
            self._unwritten.write(visitor)
        elif visitor.asleep is not None:
            self._wake(visitor, visitor.asleep)

    def _wake(self, visitor: Visitor, state: StateRow) -> None:
        visitor.asleep = None
        try:
            wake(visitor, state, self.book)
        except msgspec.MsgspecError as error:
            # Its sessions stay as they were written last, and the visitor begins anew.
            row = self._row(-1 - state.key_hash, state.blob, Reason.UNREADABLE_STATE, str(error))
            row.project = visitor.project
            self._unwritten.changes.refused.append(row)
            self._unwritten.mark((visitor,))

    def _take_back(self, row: UnfinishedRow) -> None:
        tenant = self._tenants.get(row.project)
        visitor = tenant.visitors.get(row.visitor) if tenant else None
        live = self._find(visitor, row.session_id) if visitor else None
        if visitor is None or live is None:
            at = (self._unwritten.position.partition, self._unwritten.position.version)
            if row.finding_id:
                self._unwritten.changes.findings.append(undone_finding(row, *at))
            else:
                self._unwritten.changes.sessions.append(undone_session(row, *at))
            return
        live.dirty = True
        if row.finding_id and row.finding_id not in live.session.written:
            live.session.written.append(row.finding_id)
        self._unwritten.mark((visitor,))

    def _find(self, visitor: Visitor, session_id: str) -> LiveSession | None:
        self._make_ready(visitor)
        return next((live for live in visitor.sessions if live.session.id == session_id), None)

    def _refuse(self, record: Record, reason: Reason, detail: str) -> None:
        self._unwritten.changes.refused.append(self._row(record.offset, record.value or b"", reason, detail))

    def _row(self, offset: int, raw: bytes, reason: Reason, detail: str) -> RefusedRow:
        place = Place(self._unwritten.position.log_id, self._unwritten.position.partition, offset)
        return row_of_worker(place, raw, reason, detail, self._now)
