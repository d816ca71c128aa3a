"""One run of rejudging: what each day comes to is kept aside, so that a run goes on where it was broken off and what
was shown can be applied without being worked out again.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from services.core.journey import Journey
from services.core.rows import FindingRow, SessionRow
from services.edges.history import Archive
from services.rejudge.days import DAY, Days
from services.rejudge.difference import Difference

KEPT_AT_ONCE = 5_000
"""Sessions written aside in one insert."""

SETTLED_AFTER = timedelta(days=2)
"""A younger day is judged anew each time: late events and live sessions may still change it."""

ROWS = {"sessions": SessionRow, "findings": FindingRow}
_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines

Tell = Callable[[int, int], None]
"""Hears how many events are done, and of how many."""


class Done(msgspec.Struct):
    """A day that was judged to its end."""

    attempt: str
    difference: Difference


class Run:
    """A journey tried on a project's history since a day, shown or applied."""

    def __init__(self, archive: Archive, project: str, journey: Journey, since: date) -> None:
        self._archive = archive
        self._project = project
        self._journey = journey
        self._since = since
        causes = "\x1f".join((project, journey.version, since.isoformat()))
        self.id = hashlib.blake2b(causes.encode(), digest_size=16).hexdigest()

    def judge(self, now: datetime, tell: Tell) -> Difference:
        """Judge the days that are not done. Raises StoreError; what was done until then need not be done again."""
        days = Days(self._archive, self._project, self._journey)
        sizes = self._sizes(self._since - days.lead)
        every = _every_day(sizes)
        stands = self._standing(every, now.date())
        whole = Difference()
        whole.merge(one.difference for one in stands.values())
        wanted = [day for day in every if day >= self._since and day not in stands]
        passed, total = _sum(sizes, stands), _sum(sizes, [*stands, *wanted])
        tell(passed, total)
        for day in every:
            if wanted and wanted[0] - days.lead <= day:
                is_wanted = day >= wanted[0]
                difference = self._judge_day(days, day, is_last=day == every[-1], is_kept=is_wanted)
                if is_wanted:
                    whole.merge([difference])
                    passed += sizes.get(day, 0)
                    tell(passed, total)
        return whole

    def apply(self, tell: Tell) -> None:
        """Put all that was judged into the place of what stands, then give answers by the journey.

        Harmless to repeat: a row that is there already is the same, and one that a worker has written since is newer.
        """
        done = self._done()
        for number, (day, one) in enumerate(sorted(done.items())):
            tell(number, len(done))
            for block in self._archive.ask("lines", {"run": self.id, "day": day.isoformat(), "attempt": one.attempt}):
                for target, lines in zip(*block, strict=True):
                    self._archive.keep(target, ROWS[target].__struct_encode_fields__, lines.encode())
        self._archive.save_journey(self._journey.version, self._journey.document())
        tell(len(done), len(done))
        self._archive.forget()

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

    def _judge_day(self, days: Days, day: date, *, is_last: bool, is_kept: bool) -> Difference:
        difference, attempt = Difference(), secrets.token_hex(8)
        sessions: list[SessionRow] = []
        findings: list[FindingRow] = []
        for one in days.judge(day, difference, is_last=is_last):
            if is_kept:
                sessions.append(one.now)
                findings += one.findings
                if len(sessions) >= KEPT_AT_ONCE:
                    self._keep(day, attempt, sessions, findings)
        if is_kept:
            self._keep(day, attempt, sessions, findings)
            row = {"run": self.id, "day": day.isoformat(), "attempt": attempt, "difference": _text(difference)}
            self._archive.keep("rejudged_days", tuple(row), _encode(row))
        return difference

    def _keep(self, day: date, attempt: str, sessions: list[SessionRow], findings: list[FindingRow]) -> None:
        targets: dict[str, Sequence[SessionRow | FindingRow]] = {"sessions": sessions, "findings": findings}
        for target, rows in targets.items():
            if rows:
                lines = _encode_lines(rows).decode()
                row = {"run": self.id, "day": day.isoformat(), "attempt": attempt, "target": target, "lines": lines}
                self._archive.keep("rejudged", tuple(row), _encode(row))
        sessions.clear()
        findings.clear()


def _every_day(sizes: dict[date, int]) -> list[date]:
    """From the first day with events to the last, those without any too."""
    if not sizes:
        return []
    first, last = min(sizes), max(sizes)
    return [first + DAY * number for number in range((last - first) // DAY + 1)]


def _sum(sizes: dict[date, int], days: Iterable[date]) -> int:
    return sum(sizes.get(day, 0) for day in days)


def _text(difference: Difference) -> str:
    return _encode(difference).decode()
