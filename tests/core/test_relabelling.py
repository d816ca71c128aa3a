"""What is said of a session under other weights from the rules that spoke is what judging its events would say."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.counterparts import Counterparts
from services.core.fold import Fold
from services.core.job import UNASSIGNED
from services.core.journey import Journey, read_journey
from services.core.meaning import meaning
from services.core.relabelling import Confidences, Relabelling
from services.core.revision import Revision
from services.core.rulebook import Rulebook
from tests.core.build import SHOP, event

NAMES = ("search", "compare", "wish", "add")
WEIGHTS = st.lists(st.sampled_from((-2.0, -0.7, 0.4, 1.0, 1.5, 3.0)), min_size=9, max_size=9)
MOMENTS = st.lists(st.sampled_from((*NAMES, "look", "job_stated job=gift", "job_stated job=buy")), max_size=8)


def journey(weights: Sequence[float], unassigned: float = 0.4) -> Journey:
    """Two jobs for which four events speak, and the hour for one, with these weights."""
    always: dict[str, Any] = {"hours": "0-24", "weight": weights[8]}
    jobs = [
        {
            **{"name": name, "when": "it is time", "want": "to have it", "so_that": "it is there", "prior": 0.1},
            "circumstances": [always] if name == "gift" else [],
            "evidence": [{"match": {"event": one}, "weight": of} for one, of in zip(NAMES, mine, strict=True)],
            "outcome": {"event": "add"},
        }
        for name, mine in (("gift", weights[:4]), ("buy", weights[4:8]))
    ]
    return read_journey({**SHOP, "jobs": jobs, "unassigned": unassigned})


def judged(journey: Journey, moments: Sequence[str]) -> tuple[Fold, list[str]]:
    """A session of these, and its job after each."""
    book, jobs = Rulebook(journey), list[str]()
    fold = Fold(book, "session")
    for at, moment in enumerate(moments):
        plan, act = meaning(event(f"{at} {moment}"), book)
        fold.apply(act, plan)
        jobs.append(fold.label.job)
    return fold, jobs


def rules(fold: Fold) -> str:
    """As they stand in the store."""
    return " ".join(fold.book.weighing.names[rule] for rule in fold.evidence)


@settings(max_examples=60)
@given(WEIGHTS, WEIGHTS, st.sampled_from((0.1, 0.4, 0.8)), MOMENTS)
def test_a_session_that_keeps_its_jobs_has_the_label_that_its_events_give(
    old: list[float], new: list[float], unassigned: float, moments: list[str]
) -> None:
    before, after = journey(old), journey(new, unassigned)
    (was, had), (now, has) = judged(before, moments), judged(after, moments)

    keeps = Relabelling(before, after, Counterparts(before, after)).keeps_jobs(rules(was))

    if keeps:
        assert (has, now.job_changes, now.outcome) == (had, was.job_changes, was.outcome)
        assert rules(now) == rules(was)
        assert Confidences(after, Counterparts(after, after)).of(rules(was), was.label.job) == now.label.confidence


def test_a_session_that_has_another_job_for_a_while_only_is_none_that_stays() -> None:
    before = journey([0.5, 0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0], 0.2)
    after = journey([3.0, 0.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 0.0], 0.2)
    (was, had), (_, has) = (judged(one, ["search", "compare"]) for one in (before, after))

    assert (had, has) == (["unassigned", "buy"], ["gift", "buy"])
    assert not Relabelling(before, after, Counterparts(before, after)).keeps_jobs(rules(was))


def test_what_the_customer_said_last_does_not_tell_what_they_said_before() -> None:
    before, after = journey([1.0] * 9), journey([1.5] * 9)
    said, _ = judged(before, ["search", "job_stated job=gift"])

    assert not Relabelling(before, after, Counterparts(before, after)).keeps_jobs(rules(said))


def test_where_nothing_speaks_nothing_is_weighed() -> None:
    after = journey([3.0] * 9, unassigned=0.1)

    before = journey([1.0] * 9)

    assert Relabelling(before, after, Counterparts(before, after)).keeps_jobs("")
    assert (
        Confidences(after, Counterparts(after, after)).of("", UNASSIGNED)
        == judged(after, [])[0].label.confidence
        == 0.3333
    )
    assert Confidences(after, Counterparts(after, after)).of("", "gift") is None


def test_rules_of_another_journey_say_nothing() -> None:
    after = journey([1.0] * 9)

    assert not Relabelling(after, after, Counterparts(after, after)).keeps_jobs("gift/9")


def test_weights_are_no_frame() -> None:
    revision = Revision(journey([1.0] * 9), journey([1.0] * 8 + [1.5]))

    assert not revision.is_whole
    assert revision.changes_weights
    assert not revision.concerns_everybody
