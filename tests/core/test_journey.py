"""Journey files: what is understood, what is refused and in which words, and what follows from one."""

from math import exp
from typing import Any

import msgspec
import pytest

from services.core.errors import JourneyError
from services.core.journey import read_journey
from tests.core.build import START, judged, shop

GIFT = {
    "name": "gift",
    "when": "I am invited and have no idea what to bring",
    "want": "find something fitting within a day",
    "so_that": "my friend feels seen",
    "kinds": ["functional", "social"],
    "prior": 0.2,
    "evidence": [
        {"match": {"path": "/gifts/**"}, "weight": 1.0},
        {"match": {"event": "search", "where": {"query": {"contains": "gift"}}}, "weight": 1.5},
    ],
    "outcome": {"event": "buy"},
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stages": []}, "stages"),
        ({"stages": [{"name": "a"}]}, "nothing enters this stage"),
        ({"stages": [{"name": "a", "enter": {"evnt": "x"}}]}, "stages.0.enter.evnt: unknown key"),
        ({"stages": [{"name": "a", "enter": {"event": "x"}}] * 2}, "'a' is used twice"),
        ({"stages": [{"name": "A b", "enter": {"event": "x"}}]}, "stages.0.name"),
        ({"sessions": {"inactivity": 30}}, "30 is not a duration: write a number and a unit"),
        ({"sessions": {"inactivity": "30 minutes"}}, "sessions.inactivity"),
        ({"friction": {"rage_clik": {}}}, "no such detector; did you mean `rage_click`? there are account_wall, "),
        ({"friction": {"rage_click": {"clicks": 1}}}, "friction.rage_click.clicks"),
        ({"jobs": [{**GIFT, "name": "unassigned"}]}, "choose another name"),
        (
            {"jobs": [{"name": "gift"}]},
            "jobs.0.when: is required but not given: the circumstances, in the customer's words, such as "
            "`when: I am invited and have no idea what to bring`",
        ),
        ({"jobs": [{**GIFT, "so_that": ""}]}, "jobs.0.so_that: says too little: the outcome the customer is after"),
        ({"jobs": [{**GIFT, "kinds": []}]}, "jobs.0.kinds"),
        ({"stages": [{"name": "a", "entr": {"event": "x"}}]}, "unknown key; take it out, or check its spelling: did"),
        ({"stages": [{"name": "a", "enter": "x"}]}, 'needs keys of its own, such as `enter: {"event": "Checkout'),
        ({"stages": {"name": "a"}}, "stages: needs a list"),
        ({"jobs": [{**GIFT, "outcome": {"where": {"q": {"equals": [1]}}}}]}, "jobs.0.outcome.where.q.equals: "),
        ({"time_zone": "Europe/Berln"}, "time_zone: 'Europe/Berln' is no time zone: write an IANA name, such as"),
        ({"currency": "euro"}, "'euro' does not fit: ISO 4217"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_wrong(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(JourneyError) as caught:
        shop(**changes)

    assert words in str(caught.value)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(JourneyError) as caught:
        read_journey({"journey": "Shop", "stages": [], "wat": 1})

    assert len(caught.value.problems) == 3


def test_the_version_follows_from_the_content() -> None:
    assert shop().version == shop().version
    assert shop().version != shop(currency="USD").version


def test_a_journey_comes_back_from_its_document_as_it_was() -> None:
    journey = shop(jobs=[GIFT], friction={"rage_click": {"within": "2s"}})

    again = read_journey(msgspec.json.decode(journey.document()))

    assert again == journey
    assert again.version == journey.version


def test_the_path_tells_every_stage_and_step_entered_also_backwards() -> None:
    (row,), _ = judged("0 view", "1 view", "2 add", "3 checkout", "4 page /checkout/payment", "5 view", "6 buy")

    assert list(zip(row.path_stage, row.path_step, strict=True)) == [
        ("browse", ""), ("basket", ""), ("checkout", ""), ("checkout", "payment"), ("browse", ""), ("bought", "")
    ]  # fmt: skip
    assert row.path_ended_at[0] - row.path_started_at[0] == 1000
    assert (row.stage, row.step) == ("bought", "")
    assert row.path_rule == ["browse/1", "basket/1", "checkout/1", "checkout.payment/1", "browse/1", "bought/1"]


def test_an_event_that_matches_two_places_enters_the_furthest() -> None:
    stages = [{"name": "a", "enter": {"event": "view"}}, {"name": "b", "enter": {"event": ["view", "add"]}}]

    (row,), _ = judged("0 view", journey=shop(stages=stages))

    assert row.path_stage == ["b"]


def test_a_session_gets_the_job_its_evidence_speaks_for_with_the_reasons() -> None:
    (row,), _ = judged("0 search query=gift", "9 view /gifts/1", "20 view /gifts/2", journey=shop(jobs=[GIFT]))

    assert row.job == "gift"
    assert row.job_rules == ["gift/2", "gift/1"]
    assert row.job_evidence == ["anna 0 search query=gift", "anna 9 view /gifts/1"]
    # 0.2 · e^2.5 against 0.5 for `unassigned`
    assert row.job_confidence == pytest.approx(0.8297, abs=1e-4)


def test_thin_evidence_leaves_the_job_unassigned() -> None:
    (row,), _ = judged("0 view", "9 view /toys/1", journey=shop(jobs=[GIFT]))

    assert (row.job, row.job_rules, row.job_changes) == ("unassigned", [], [])


def test_a_change_of_job_is_kept() -> None:
    (row,), _ = judged("0 search query=gift", journey=shop(jobs=[GIFT]))

    assert (row.job, row.job_changes) == ("gift", ["unassigned"])


def test_replaying_only_the_evidence_gives_the_same_label() -> None:
    journey = shop(jobs=[GIFT])
    lines = ["0 search query=gift", "3 view /toys", "9 view /gifts/1", "12 add"]
    (row,), _ = judged(*lines, journey=journey)

    (again,), _ = judged(*[line for line in lines if f"anna {line}" in row.job_evidence], journey=journey)

    assert (again.job, again.job_confidence) == (row.job, row.job_confidence)


def test_the_outcome_is_the_customers() -> None:
    (row,), _ = judged("0 search query=gift", "9 buy value=30", journey=shop(jobs=[GIFT]))

    assert (row.outcome_event, row.value) == ("anna 9 buy value=30", 30.0)


def test_the_job_is_done_with_its_first_outcome() -> None:
    (row,), _ = judged("0 search query=gift", "9 buy", "20 buy", journey=shop(jobs=[GIFT]))

    assert (row.outcome_event, row.outcome_at) == ("anna 9 buy", START + 9_000)


def test_what_lies_in_the_basket_is_summed_up_and_what_an_order_is_said_to_be_worth_takes_its_place() -> None:
    (row,), _ = judged("0 add price=10 quantity=2", "5 add price=4", "9 checkout value=22")

    assert row.value == 22.0
    assert judged("0 add price=10 quantity=2", "5 add value=4")[0][0].value == 24.0


def test_friction_in_an_intended_stage_is_marked_in_all_of_its_steps() -> None:
    _, findings = judged("0 page /checkout/payment", journey=shop(intended=["checkout"]))

    assert [(row.step, row.intended) for row in findings] == [("payment", True)]


def test_how_sure_it_is_that_nothing_is_known_follows_from_the_priors() -> None:
    (unseen,), _ = judged("0 view", journey=shop(jobs=[GIFT], unassigned=0.6))
    (seen,), _ = judged("0 search query=gift", journey=shop(jobs=[GIFT], unassigned=0.6))

    assert (unseen.job, unseen.job_confidence) == ("unassigned", 0.75)  # 0.6 of 0.6 and 0.2
    assert seen.job_confidence == pytest.approx(0.2 * exp(1.5) / (0.2 * exp(1.5) + 0.6), abs=1e-4)


def test_friction_in_an_intended_place_is_marked() -> None:
    clicks = [f"{10 + place / 2} click #pay" for place in range(4)]

    _, findings = judged("0 page /checkout/payment", *clicks, journey=shop(intended=["checkout.payment"]))

    assert {row.detector: row.intended for row in findings} == {"rage_click": True, "checkout_abandonment": True}


def test_a_place_that_is_not_in_the_journey_cannot_be_intended() -> None:
    with pytest.raises(
        JourneyError, match=r"intended\.0: this journey has no stage or step 'checkout.gift_wrap'; did you mean"
    ):
        shop(intended=["checkout.gift_wrap"])
