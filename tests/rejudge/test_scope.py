"""What a change of the journey leaves as it was is not judged, and all the same ends as if it had been."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from services.core.detectors import DETECTORS
from services.core.event import Event
from services.demo.people.person import PROJECT
from services.demo.people.town import visits
from services.edges.clickhouse import Store
from services.edges.history import Columns, StoreArchive
from services.rejudge import surer
from services.rejudge.run import Run
from tests.rejudge.test_run import NOW, OLD, SINCE, afresh, changed, live, rows, silent
from tests.stores import fresh_dsn

DOCUMENT = OLD.model_dump(mode="json", by_alias=True, exclude_unset=True)
STAGES, JOBS = DOCUMENT["stages"], DOCUMENT["jobs"]


def _weighing_less(job: dict[str, Any]) -> dict[str, Any]:
    return {**job, "evidence": [{**one, "weight": round(one["weight"] * 0.8, 2)} for one in job["evidence"]]}


def _seen_first(job: dict[str, Any]) -> dict[str, Any]:
    return {**job, "evidence": [{"match": {"path": "/c/garden"}, "weight": 1.2}, *job["evidence"]]}


def _steps_named(*names: str) -> list[dict[str, Any]]:
    """Those of the checkout, the last as it is."""
    first, second, third = STAGES[2]["steps"]
    return [*({**step, "name": name} for step, name in zip((first, second), names, strict=True)), third]


GARDEN = {"name": "garden", "evidence": [{"match": {"event": "Products Searched"}, "weight": 0.2}]}


class Watched(StoreArchive):
    """Counts the events that were read and the sessions that were written."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.read = self.written = 0

    def ask(self, question: str, parameters: Mapping[str, Any]) -> Iterator[Columns]:
        for block in super().ask(question, parameters):
            self.read += len(block[0]) if question.startswith("events") else 0
            yield block

    def keep(self, table: str, columns: Sequence[str], lines: bytes) -> None:
        if table == "sessions":
            self.written += len(lines.splitlines())
        super().keep(table, columns, lines)


SMALL = {
    "nothing that sessions know of": changed(window="20d"),
    "thresholds": changed(
        friction={**dict.fromkeys(DETECTORS), "hesitation": {"pause": "4s"}, "rage_click": {"clicks": 5}}
    ),
    "a stage's matcher": changed(stages=[{**STAGES[0], "enter": {"event": ["Product Viewed"]}}, *STAGES[1:]]),
    "a detector fewer": changed(friction=dict.fromkeys(DETECTORS.keys() - {"hesitation"})),
    "intended friction": changed(intended=["checkout", "basket"]),
    "how probable no known job is": changed(unassigned=0.3),
    "what evidence weighs": changed(jobs=[*map(_weighing_less, JOBS)]),
    "a detector fewer, which found something": changed(friction=dict.fromkeys(DETECTORS.keys() - {"dead_click"})),
    "a stage with another name": changed(
        stages=[*STAGES[:2], {**STAGES[2], "name": "pay", "steps": _steps_named("where", "how")}, STAGES[3]],
    ),
    "a stage more": changed(
        stages=[*STAGES[:2], {"name": "compare", "enter": {"event": "Products Compared"}}, *STAGES[2:]]
    ),
    "a stage less": changed(stages=[STAGES[0], *STAGES[2:]]),
    "another order of stages": changed(stages=[STAGES[1], STAGES[0], *STAGES[2:]]),
    "a job with another name, one more, and other evidence": changed(
        jobs=[{**JOBS[1], "name": "present"}, _seen_first(JOBS[0]), *JOBS[2:], {**JOBS[3], **GARDEN}], unassigned=0.4
    ),
    "a job less": changed(jobs=[*JOBS[:2], JOBS[3]]),
    "other pages of a class": changed(pages={"help": {"path": "/help"}}),
    "a learned stay": changed(learned={"stays": {"checkout": {"*": "4m"}}}),
}


@pytest.fixture(scope="module")
def events() -> list[Event]:
    told = [event for visit in visits(seed=4, people=25) for event in visit.events]
    return sorted(told, key=lambda one: (one.occurred_at, one.id))


@pytest.fixture(scope="module")
def module_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    opened = Store.open(fresh_dsn("chdb", request))
    yield opened
    opened.close()


@pytest.mark.parametrize("change", SMALL)
def test_a_small_change_ends_as_if_the_journey_had_always_been_this(
    change: str, store: Store, events: list[Event]
) -> None:
    expected = afresh(store, SMALL[change], events)
    live(store, OLD, events)

    archive = Watched(store)
    run = Run(archive, PROJECT, SMALL[change], SINCE)
    difference = run.judge(NOW, silent)
    run.apply(silent)

    assert rows(store, "sessions") == expected["sessions"]
    assert rows(store, "findings") == expected["findings"]
    assert difference.sessions == len(expected["sessions"])
    assert sum(one.now for one in difference.findings.values()) == len(expected["findings"])
    assert archive.read < len(events) or change in {"a learned stay", "a job less"}


def test_more_sets_of_rules_than_a_request_can_name_are_named_in_several(
    store: Store, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    journey = SMALL["what evidence weighs"]
    expected = afresh(store, journey, events)
    live(store, OLD, events)
    monkeypatch.setattr(surer, "AT_ONCE", 3)

    run = Run(StoreArchive(store), PROJECT, journey, SINCE)
    run.judge(NOW, silent)
    run.apply(silent)

    assert len({tuple(row["job_rules"]) for row in expected["sessions"]}) > 2 * surer.AT_ONCE
    assert rows(store, "sessions") == expected["sessions"]


def test_asked_for_everything_it_judges_what_nothing_changed_in(store: Store, events: list[Event]) -> None:
    live(store, OLD, events)
    before = rows(store, "sessions"), rows(store, "findings")

    archive = Watched(store)
    run = Run(archive, PROJECT, OLD, SINCE, everything=True)
    run.judge(NOW, silent)
    run.apply(silent)

    assert (rows(store, "sessions"), rows(store, "findings")) == before
    assert archive.written == len(before[0])
    assert archive.read == len(events)


@pytest.mark.parametrize(
    "change",
    [
        {"friction": {**dict.fromkeys(DETECTORS), "rage_click": {"within": "1001ms"}}},
        {"sessions": {"max_length": "23h"}},
    ],
    ids=["a threshold", "a longest session"],
)
def test_what_comes_out_as_it_was_is_not_written(change: dict[str, Any], store: Store, events: list[Event]) -> None:
    live(store, OLD, events)
    no_other = changed(**change)

    archive = Watched(store)
    run = Run(archive, PROJECT, no_other, SINCE)
    run.judge(NOW, silent)
    run.apply(silent)

    assert archive.written == 0
    assert {row["journey_version"] for row in rows(store, "sessions")} == {no_other.version}
