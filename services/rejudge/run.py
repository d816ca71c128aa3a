"""One run of rejudging: what each day comes to is kept aside, so that a run goes on where it was broken off and what
was shown can be applied without being worked out again.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

import msgspec

from services.core.errors import NothingStored
from services.core.hindsight import NOWHERE
from services.core.journey import Journey
from services.core.rows import FindingRow, ForgottenRow, SessionRow
from services.edges.clickhouse import StoreUnavailable
from services.edges.history import Archive
from services.rejudge.aside import Aside
from services.rejudge.days import Days, reach
from services.rejudge.difference import Difference
from services.rejudge.reading import DAY, spans
from services.rejudge.restamping import Restamping
from services.rejudge.scope import Scope

READ_AT_ONCE = 250_000
"""Events asked for at once, unless a day has more. What was judged of them is kept for when it is broken off."""

SETTLED_AFTER = timedelta(days=2)
"""A younger day is judged anew each time: late events and live sessions may still change it."""

ROWS = {"sessions": SessionRow, "findings": FindingRow}

Tell = Callable[[int, int], None]
"""Hears how many events are done, and of how many."""


class Done(msgspec.Struct):
    """A day that was judged to its end."""

    attempt: str
    difference: Difference


class Run:
    """A journey tried on a project's history since a day, shown or applied."""

    def __init__(
        self,
        archive: Archive,
        project: str,
        journey: Journey,
        since: date,
        *,
        everything: bool = False,
        at_once: int = READ_AT_ONCE,
    ) -> None:
        """`everything`: also what the journey leaves as it was."""
        self._archive = archive
        self._everything = everything
        self._at_once = at_once
        self._project = project
        self._journey = journey
        self._since = since
        self._attempt = secrets.token_hex(8)
        causes = "\x1f".join((project, journey.version, since.isoformat(), "everything" * everything))
        self.id = hashlib.blake2b(causes.encode(), digest_size=16).hexdigest()

    def judge(self, now: datetime, tell: Tell) -> Difference:
        """Judge the days that are not done.

        Raises NothingStored; and StoreError: what was done until then need not be done again.
        """
        lead = DAY * (2 * reach(self._journey) + 2)  # before a day, for its result to be whole
        sizes = self._sizes(self._since - lead)
        every = _every_day(sizes)
        if not every:
            projects = [one for block in self._archive.ask("projects", {}) for one in block[0]]
            raise NothingStored(self._project, self._since.isoformat(), projects)
        stands = self._standing(every, now.date())
        whole = Difference()
        whole.merge(one.difference for one in stands.values())
        wanted = [day for day in every if day >= self._since and day not in stands]
        passed, total = _sum(sizes, stands), _sum(sizes, [*stands, *wanted])
        tell(passed, total)
        if not wanted:
            return whole
        read = [day for day in every if day >= wanted[0] - lead]
        scope = self._scope(read[0] - DAY, read[-1])
        days = Days(self._archive, self._project, self._journey, scope)
        aside = Aside(self._archive, self.id, self._attempt)
        for span in spans(read, sizes, self._at_once):
            days.read(span)
            for day in _between(*span):
                difference = scope.difference()
                for one in days.judge(day, difference, is_last=day == read[-1]):
                    if day >= wanted[0]:
                        aside.take(day, one)
                if day >= wanted[0]:
                    difference.merge([scope.kept(day)])
                    aside.note(day, difference)
                    whole.merge([difference])
                    passed += sizes.get(day, 0)
                    tell(passed, total)
            aside.write()
        self._check({self._attempt})
        return whole

    def apply(self, tell: Tell) -> None:
        """Put all that was judged into the place of what stands, then give answers by the journey.

        Harmless to repeat: a row that is there already is the same, and one that a worker has written since is newer.
        """
        done = self._done()
        since = self._opened_before(min(done, default=self._since))
        restamping = Restamping(self._archive, {"project": self._project, "run": self.id}, self._journey, since)
        for number, (day, one) in enumerate(sorted(done.items())):
            tell(number, len(done))
            for block in self._archive.ask("lines", {"run": self.id, "day": day.isoformat(), "attempt": one.attempt}):
                for target, lines in zip(*block, strict=True):
                    self._archive.keep(target, ROWS[target].__struct_encode_fields__, lines.encode())
            of = {"attempt": one.attempt, "day": day.isoformat(), "first": self._opened_before(day).isoformat()}
            restamping.restamp(of, one.difference.before)
            self._erase_what_came_back(day)
        self._check({one.attempt for one in done.values()})
        self._archive.save_journey(self._journey.version, self._journey.document())
        tell(len(done), len(done))
        self._archive.forget()

    def _opened_before(self, day: date) -> date:
        """The first day on which a session may have been opened that is judged on this one."""
        return day - DAY * (reach(self._journey) + 1)

    def _erase_what_came_back(self, day: date) -> None:
        """Of visitors who were forgotten since their events were read: who is from now on, is by their own erasure."""
        days = {"first": self._opened_before(day).isoformat(), "day": day.isoformat()}
        forgotten = [
            ForgottenRow(project=self._project, visitor=visitor, forgotten_at=until)
            for block in self._archive.ask("back", {"project": self._project, "partition": NOWHERE, **days})
            for visitor, until in zip(*block, strict=True)
        ]
        if forgotten:
            self._archive.erase(forgotten)

    def _check(self, attempts: set[str]) -> None:
        """Make sure that all of these attempts was still there. Raises StoreUnavailable."""
        standing = {one for block in self._archive.ask("attempts", {"run": self.id}) for one in block[0]}
        if not attempts <= standing:
            # What was written since may still name them: a worker that finds that later would disturb the next attempt.
            self._archive.forget()
            raise StoreUnavailable(
                "A visitor's data was deleted meanwhile, and what was kept aside to be applied with it. "
                "Call this again: it begins anew."
            )

    def _scope(self, since: date, last: date) -> Scope:
        days = {"since": since.isoformat(), "last": last.isoformat()}
        asked = {"project": self._project, "run": self.id, "attempt": self._attempt, **days}
        return Scope(self._archive, asked, self._journey, is_all=self._everything)

    def _done(self) -> dict[date, Done]:
        return {
            date.fromisoformat(day): Done(attempt, msgspec.json.decode(difference, type=Difference))
            for block in self._archive.ask("done", {"run": self.id})
            for day, attempt, difference in zip(*block, strict=True)
        }

    def _standing(self, every: list[date], today: date) -> dict[date, Done]:
        """The days from the first on that are done for good."""
        done, stands = self._done(), {}
        for day in every:
            if day >= self._since:
                if day not in done or day + SETTLED_AFTER >= today or day == every[-1]:
                    break
                stands[day] = done[day]
        return stands

    def _sizes(self, since: date) -> dict[date, int]:
        asked = {"project": self._project, "since": since.isoformat()}
        return {
            date.fromisoformat(day): events
            for block in self._archive.ask("days", asked)
            for day, events in zip(*block, strict=True)
        }


def _every_day(sizes: dict[date, int]) -> list[date]:
    """From the first day with events to the last, those without any too."""
    return list(_between(min(sizes), max(sizes))) if sizes else []


def _between(first: date, last: date) -> Iterator[date]:
    return (first + DAY * number for number in range((last - first) // DAY + 1))


def _sum(sizes: dict[date, int], days: Iterable[date]) -> int:
    return sum(sizes.get(day, 0) for day in days)
