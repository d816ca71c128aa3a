"""The judgement: what is stored must be what the ledger comes to, worked out anew the slow way.

Sessions are cut by the reference that sorts first. What is said of them (path, job, findings) is compared with one
undisturbed run over the sorted events: nothing lost, no duplicate, no restart, no checkpoint.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any

import msgspec

from services.core.changes import Changes
from services.core.event import Event, Millis
from services.core.journey import Journey
from services.core.rows import FindingRow, SessionRow
from services.edges.clickhouse import Store
from tests.api.funnel_reference import Funnel, entered
from tests.core.build import encode, pipeline
from tests.core.reference import sessions_of

Told = tuple[Any, ...]
Key = tuple[str, int]
"""Of a session: visitor and start. Its id follows from the event that arrived first, unknown from outside."""

NOW = Millis(1)
FAR = Millis(1 << 52)
SAID = (
    "started_at", "ended_at", "events", "pages", "entry_page", "exit_page", "stage", "step", "path_stage", "path_step",
    "path_started_at", "path_event", "job", "job_evidence", "outcome_event", "value", "currency",
)  # fmt: skip
FOUND = (
    "detector", "stage", "step", "page", "element", "occurred_at", "severity", "cost_seconds", "value", "cause",
    "evidence",
)  # fmt: skip


class Differs(AssertionError):
    """What is stored is not what the ledger comes to; the message says where first."""


@dataclass(frozen=True)
class Expected:
    """One session as it must stand, open and closed, with its findings in either case."""

    row: SessionRow
    open: list[FindingRow]
    closed: list[FindingRow]


def expected(events: Sequence[Event], journey: Journey) -> dict[Key, Expected]:
    """An undisturbed run over the events in the order of time."""
    tidy = sorted(events, key=lambda one: (one.occurred_at, one.id))
    made = pipeline(journey)
    # Received at one and the same moment: no clock passes, so nothing closes before all is there.
    made.feed(0, encode(msgspec.structs.replace(one, received_at=NOW) for one in tidy), NOW)
    before = _findings(made.take())
    made.tick(0, FAR)
    changes = made.take()
    after = _findings(changes)
    return {(row.visitor, row.started_at): Expected(row, before[row.id], after[row.id]) for row in changes.sessions}


def _findings(changes: Changes) -> defaultdict[str, list[FindingRow]]:
    by_session: defaultdict[str, list[FindingRow]] = defaultdict(list)
    for row in changes.findings:
        if not row.is_deleted:
            by_session[row.session_id].append(row)
    return by_session


def _told(findings: Iterable[FindingRow]) -> list[Told]:
    return [(found.visitor, *(_plain(getattr(found, name)) for name in FOUND)) for found in findings]


class Judgement:
    """Holds a store against the events that were acknowledged."""

    def __init__(self, store: Store, events: Sequence[Event], journey: Journey) -> None:
        self.store = store
        self.events = events
        self.journey = journey
        self.expected = expected(events, journey)
        self.states: dict[Key, str] = {}
        self.quiet: set[Key] = set()

    def pronounce(self) -> str:
        """A sentence with the figures. Raises Differs."""
        raw = self._same_events()
        self._same_sessions()
        found = self._same_findings()
        late = self.store.query("SELECT countIf(late) AS late FROM sessions FINAL")[0]["late"]
        refused = self.store.query("SELECT count() AS n FROM refused_events FINAL")[0]["n"]
        _same("refused events", 0, int(refused))
        states = Counter(self.states.values())
        return (
            f"{len(self.events)} events acknowledged, each stored once ({raw} rows before merging); "
            f"{len(self.states)} sessions ({states['closed']} closed, {states['open']} open, {late} late) and "
            f"{sum(found.values())} findings ({', '.join(f'{n} {name}' for name, n in found.most_common())}) "
            "equal those of the reference"
        )

    def _same_events(self) -> int:
        rows = self.store.query("SELECT id, count() AS times FROM events FINAL GROUP BY id")
        stored, ids = {row["id"]: row["times"] for row in rows}, {one.id for one in self.events}
        if missing := ids - stored.keys():
            raise Differs(f"{len(missing)} acknowledged events are not stored, such as {self._of(min(missing))}")
        if alien := stored.keys() - ids:
            raise Differs(f"{len(alien)} stored events were never acknowledged, such as {min(alien)}")
        if twice := [one for one, times in stored.items() if times != 1]:
            raise Differs(f"{len(twice)} events are stored more than once, such as {self._of(min(twice))}")
        return int(self.store.query("SELECT count() AS n FROM events")[0]["n"])

    def _of(self, event_id: str) -> str:
        [event] = [one for one in self.events if one.id == event_id]
        return f"{event.name} {event_id} of {event.visitor} at {event.occurred_at}"

    def _same_sessions(self) -> None:
        rows = self.store.query(_SESSIONS)
        self.states = {(row["visitor"], row["started_at"]): row["state"] for row in rows}
        stored = sorted((r["visitor"], r["started_at"], r["ended_at"], r["events"], r["stage"]) for r in rows)
        self._compare("sessions", stored, sessions_of(self.events, self.journey))
        self._compare(
            "paths",
            sorted((row["visitor"], *(_plain(row[name]) for name in SAID)) for row in rows),
            sorted(
                (one.row.visitor, *(_plain(getattr(one.row, name)) for name in SAID)) for one in self.expected.values()
            ),
        )

    def _same_findings(self) -> Counter[str]:
        rows = self.store.query(_FINDINGS)
        stored = sorted((row["visitor"], *(_plain(row[name]) for name in FOUND)) for row in rows)
        known = set(stored)
        must = [
            told
            for key, one in self.expected.items()
            for told in _told(one.closed if self._is_judged(key, one, known) else one.open)
        ]
        self._compare("findings", stored, sorted(must))
        self._same_abandonments(rows)
        return Counter(row["detector"] for row in rows)

    def _is_judged(self, key: Key, one: Expected, stored: Set[Told]) -> bool:
        """Whether a session is over, or quiet: then all must stand that its end would say, or nothing of it.

        From outside nobody knows when a worker's clock looked at it.
        """
        at_the_end = [told for told in _told(one.closed) if told not in _told(one.open)]
        if any(told in stored for told in at_the_end):
            self.quiet.add(key)
        return self._is_over(key)

    def _is_over(self, key: Key) -> bool:
        return self.states[key] == "closed" or key in self.quiet

    def _same_abandonments(self, rows: Iterable[dict[str, Any]]) -> None:
        """The obvious way: whoever closed with the basket or the checkout as their furthest stage abandoned it, unless
        what they came for was done by then.
        """
        roles = {stage.name: stage.role for stage in self.journey.stages}
        kinds = {"basket": "cart_abandonment", "checkout": "checkout_abandonment"}
        must = [
            (kinds[role], visitor)
            for visitor, start, _, _, stage in sessions_of(self.events, self.journey)
            if (role := roles.get(stage) or "") in kinds
            and self._is_over((visitor, start))
            and not _is_done_after(stage, self.expected[visitor, start].row)
        ]
        stored = [(row["detector"], row["visitor"]) for row in rows if row["detector"] in kinds.values()]
        _same("abandonments", sorted(must), sorted(stored))

    def funnel(self) -> list[int]:
        """How many sessions reached each stage, by the reference of the API's tests."""
        steps = [stage.name for stage in self.journey.stages]
        window = round(self.journey.window.total_seconds() * 1000)
        return entered(Funnel(steps, "ordered", window, 0), [[one.row] for one in self.expected.values()])

    def same_funnel(self, answer: dict[str, Any]) -> str:
        """Hold the API's answer against it."""
        counted = [step["entered"] for step in answer["steps"]]
        _same("funnel", self.funnel(), counted)
        return f"the funnel {counted} equals the reference's"

    def _compare(self, what: str, stored: list[Told], must: Sequence[Told]) -> None:
        if stored == must:
            return
        theirs, ours = Counter(map(repr, stored)), Counter(map(repr, must))
        missing, alien = list((ours - theirs).elements()), list((theirs - ours).elements())
        visitor = min(text.split("'")[1] for text in missing + alien)
        raise Differs(
            f"{what}: {len(missing)} are missing and {len(alien)} should not be there. The first who differs is "
            f"{visitor}.\nmust be:\n{_only(visitor, ours)}\nstored:\n{_only(visitor, theirs)}\n"
            + self._history(visitor)
        )

    def _history(self, visitor: str) -> str:
        """All rows ever written of a visitor, for whoever looks into it."""
        # By id, as the rows that withdraw one name no visitor.
        rows = [
            row
            for table, what in (("sessions", "state"), ("findings", "detector"))
            for row in self.store.query(
                f"SELECT '{table}' AS of, id, {what}, partition, version, is_deleted, _part FROM {table}"
                f" WHERE id IN (SELECT id FROM {table} WHERE visitor = {{visitor:String}}) ORDER BY id, version",
                {"visitor": visitor},
            )
        ]
        return "rows as written:\n" + "\n".join(f"  {row}" for row in rows)


def _is_done_after(stage: str, row: SessionRow) -> bool:
    """Whether the outcome of a session came after it had entered a stage."""
    return row.outcome_at >= row.path_started_at[row.path_stage.index(stage)]


_SESSIONS = """
SELECT visitor, state, toUnixTimestamp64Milli(started_at) AS started_at, toUnixTimestamp64Milli(ended_at) AS ended_at,
    events, pages, entry_page, exit_page, stage, step, path_stage, path_step,
    arrayMap(t -> toUnixTimestamp64Milli(t), path_started_at) AS path_started_at, path_event,
    job, job_evidence, outcome_event, value, currency
FROM (SELECT * FROM sessions FINAL)
"""
_FINDINGS = """
SELECT visitor, detector, stage, step, page, element, toUnixTimestamp64Milli(occurred_at) AS occurred_at, severity,
    cost_seconds, value, cause, evidence
FROM (SELECT * FROM findings FINAL)
"""


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _only(visitor: str, told: Counter[str]) -> str:
    return "\n".join(f"  {text}" for text in sorted(told) if text.startswith(f"('{visitor}'"))


def _same(what: str, must: Any, stored: Any) -> None:
    if must != stored:
        raise Differs(f"{what}: must be {must}, is {stored}")
