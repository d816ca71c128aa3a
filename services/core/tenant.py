"""One project's visitors on one partition, and the two clocks that close their sessions."""

from collections.abc import Callable, Iterator, Sequence

from services.core.event import Millis
from services.core.rows import StateRow
from services.core.rulebook import Rulebook
from services.core.session import LiveSession, Visitor, close, hush, is_settled, looked_at, quiet_at, settles_at
from services.core.watermark import Watermark

LIVE, IMPORT = 0, 1


class Tenant:
    """The visitors of one project on one partition, with the clock of live events and that of an import."""

    __slots__ = ("_clocks", "_make_ready", "book", "imported_at", "marks", "visitors")

    def __init__(
        self, book: Rulebook, make_ready: Callable[[Visitor], None], clocks: Sequence[Millis] = (0, 0)
    ) -> None:
        """`make_ready` is called before a visitor is changed who is asleep or not yet in the checkpoint begun."""
        self.book = book
        self._make_ready = make_ready
        self._clocks = list(clocks)
        self.visitors: dict[str, Visitor] = {}
        self.marks = (Watermark(clocks[LIVE]), Watermark(clocks[IMPORT]))
        self.imported_at: Millis | None = None  # our clock when an import was last heard of

    def tick(self, now: Millis) -> Iterator[Visitor]:
        """Let our clock pass. An import that has been quiet for the allowance is over.

        Yields the visitors whose sessions changed, as do the other verbs here.
        """
        self.marks[LIVE].advance(now)
        if self.marks[IMPORT].at:
            if self.imported_at is None:
                self.imported_at = now
            elif now - self.imported_at > self.book.lateness:
                yield from self.end_import()
        yield from self.close_due()

    def close_due(self) -> Iterator[Visitor]:
        """Close the sessions whose clock has passed their end by the pause."""
        for kind, mark in enumerate(self.marks):
            for name in mark.due():
                visitor = self.visitors.get(name)
                if visitor is not None and self._look_at(visitor, mark, bool(kind)):
                    yield visitor

    def end_import(self) -> Iterator[Visitor]:
        """Close what an import left open. Its clock starts anew, since the next import may be of older events."""
        for visitor in list(self.visitors.values()):
            if visitor.leaving or (visitor.asleep is not None and visitor.asleep.due[IMPORT]):
                self._make_ready(visitor)
            imported = [live for live in visitor.sessions if live.session.historical]
            for live in imported:
                if not live.session.closed:
                    close(live)
                live.final = True
            if imported:
                yield visitor
        self.marks = (self.marks[LIVE], Watermark())
        self.imported_at = None

    def note_clocks(self) -> list[Millis]:
        """The two clocks with which a checkpoint begins: what it lets go of is settled by them, not by later ones."""
        self._clocks = [mark.at for mark in self.marks]
        return self._clocks

    def let_go(self, visitor: Visitor) -> None:
        """Forget the written sessions that nothing can change any more, and a visitor without any."""
        visitor.sessions = [live for live in visitor.sessions if not self._is_past(live)]
        if not visitor.sessions:
            del self.visitors[visitor.id]

    def put_to_sleep(self, visitor: Visitor, state: StateRow) -> None:
        """Take in a visitor as stored, to be woken by an event or when one of their sessions may be over."""
        visitor.asleep = state
        self.visitors[visitor.id] = visitor
        for mark, due, touched in zip(self.marks, state.due, state.touched, strict=True):
            if due:
                # A new log begins without clocks, but not before the last that these sessions have seen.
                mark.advance(touched)
                mark.remind(visitor.id, due)

    def take_in(self, visitor: Visitor) -> None:
        """Take in a visitor whose sessions were made anew."""
        self.visitors[visitor.id] = visitor
        self.remind(visitor)

    def remind(self, visitor: Visitor) -> None:
        """Have a visitor looked at when the clock has something to say of a session of theirs."""
        for live in visitor.sessions:
            self.marks[live.session.historical].remind(visitor.id, looked_at(live, self.book))

    def dues(self, visitor: Visitor) -> tuple[list[Millis], list[Millis]]:
        """When to look at live and at imported sessions again (0: never), and when they were changed last."""
        due, touched = [0, 0], [0, 0]
        for live in visitor.sessions:
            kind = live.session.historical
            at = looked_at(live, self.book)
            due[kind] = min(due[kind] or at, at)
            touched[kind] = max(touched[kind], live.session.touched_at)
        return due, touched

    def _look_at(self, visitor: Visitor, mark: Watermark, historical: bool) -> bool:
        if visitor.leaving or visitor.asleep is not None:
            self._make_ready(visitor)
        changed = False
        for live in visitor.sessions:
            if live.session.historical != historical:
                continue
            over = live.ended_at + self.book.inactivity
            if not live.session.closed and over >= mark.at:
                if 0 < quiet_at(live) < mark.at:
                    hush(live)
                    changed = True
                mark.remind(visitor.id, looked_at(live, self.book))
                continue
            changed = True
            if not live.session.closed:
                close(live)
            if not is_settled(live, mark.at, self.book):
                mark.remind(visitor.id, settles_at(live, self.book))
        return changed

    def _is_past(self, live: LiveSession) -> bool:
        clock = self._clocks[live.session.historical]
        return live.final or (live.session.closed and is_settled(live, clock, self.book))
