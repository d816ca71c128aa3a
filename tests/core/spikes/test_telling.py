"""What is said of an incident."""

import pytest

from services.core.journey import Journey, read_journey
from services.core.spikes.baseline import Level
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, SILENCE
from services.core.spikes.incident import Evidence, Incident, Measured
from services.core.spikes.telling import reproducing, tell
from tests.core.build import SHOP

GIFT = {
    "name": "gift",
    "when": "I am invited and have no idea what to bring",
    "want": "find something fitting within a day",
    "so_that": "my friend feels seen",
}
JOURNEY: Journey = read_journey({**SHOP, "time_zone": "Europe/Berlin", "jobs": [GIFT]})
HOUR = 490_905  # 2026-01-01T09:00Z


def incident(detector: str = "rage_click", stage: str = "checkout", job: str = "", **given: object) -> Incident:
    level, windows = (Level.OBJECTIVE, 6) if detector == JOB_SUCCESS else (Level.SAME_HOUR, 4)
    named = Measured(detector, stage, job, HOUR, 412, 156, 0.21, 0.03, level, windows, 1e-9)
    known = {"id": "i1", "project": "shop", "named": named, "cells": (named,), "began": HOUR, "seen": HOUR}
    return Incident(**{**known, "judged": HOUR, "told": HOUR, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("detector", "stage", "job", "said"),
    [
        ("rage_click", "checkout", "", "38% of 412 in checkout ran into rage click; usual 21%, ±3."),
        (
            "rage_click",
            "checkout",
            "gift",
            "When I am invited and have no idea what to bring, 38% of 412 in checkout ran into rage click; "
            "usual 21%, ±3.",
        ),
        (NOT_GOING_ON, "basket", "", "38% of 412 in basket did not go on; usual 21%, ±3."),
        (
            JOB_SUCCESS,
            "",
            "gift",
            "When I am invited and have no idea what to bring, 38% of 412 in the last 6 hours could not find something "
            "fitting within a day; the objective allows 21%.",
        ),
        (SILENCE, "", "", "256 events came within the hour; usual are 412."),
    ],
)
def test_it_is_said_in_words_of_the_job_story(detector: str, stage: str, job: str, said: str) -> None:
    assert tell(incident(detector, stage, job), JOURNEY).sentence == said


def test_where_since_when_and_the_likely_cause_are_told_where_they_are_known() -> None:
    about = Evidence(page="/checkout/payment", release="4.2", value=9_300.0, currency="EUR")

    facts = dict(tell(incident(evidence=about), JOURNEY).facts)

    assert facts == {
        "Since": "Thu 01 Jan, 10:00 (Europe/Berlin)",
        "Page": "/checkout/payment",
        "Release": "4.2",
        "Costs": "69 more than usual in the last hour; 9,300 EUR in the baskets of all affected",
    }


@pytest.mark.parametrize(
    ("detector", "costs"),
    [
        (NOT_GOING_ON, "69 more than usual in the last hour; about 3,450 EUR, at 50 EUR for each who goes on"),
        (JOB_SUCCESS, "69 more than allowed in the last 6 hours; about 3,450 EUR, at 50 EUR for each who gets it done"),
        (SILENCE, None),
    ],
)
def test_who_is_lost_costs_what_those_are_worth_who_are_not(detector: str, costs: str | None) -> None:
    about = Evidence(apiece=50.0, currency="EUR")

    assert dict(tell(incident(detector, job="gift", evidence=about), JOURNEY).facts).get("Costs") == costs


def test_what_only_the_end_of_a_session_tells_began_before_it_was_judged() -> None:
    began = {kind: dict(tell(incident(kind), JOURNEY).facts)["Since"] for kind in ("rage_click", NOT_GOING_ON, SILENCE)}

    assert began == {
        "rage_click": "Thu 01 Jan, 10:00 (Europe/Berlin)",
        NOT_GOING_ON: "Thu 01 Jan, 09:00 (Europe/Berlin)",
        SILENCE: "Thu 01 Jan, 10:00 (Europe/Berlin)",
    }


def test_the_message_says_with_what_it_was_compared() -> None:
    assert "Usual is the same hour of the last weeks." in tell(incident(), JOURNEY).footnote
    assert "The objective is that of the journey file." in tell(incident(JOB_SUCCESS, job="gift"), JOURNEY).footnote


def test_links_lead_to_the_numbers_and_to_three_sessions_where_the_api_can_be_reached() -> None:
    about = Evidence(sessions=("a", "b", "c"))

    links = tell(incident(evidence=about), JOURNEY, "https://desire.example/").links

    assert [address for _, address in links] == [
        f"https://desire.example{reproducing(incident())}",
        *(f"https://desire.example/v1/sessions/{name}" for name in "abc"),
    ]
    assert tell(incident(evidence=about), JOURNEY).links == ()


def test_what_spikes_with_it_is_told_once_and_in_words() -> None:
    named = incident().named
    same_for_gift = Measured("rage_click", "checkout", "gift", HOUR, 200, 80, 0.21, 0.03, Level.SAME_HOUR, 4, 1e-9)
    beside = Measured(NOT_GOING_ON, "checkout", "", HOUR, 412, 200, 0.21, 0.03, Level.SAME_HOUR, 4, 1e-9)

    facts = dict(tell(incident(cells=(named, same_for_gift, beside)), JOURNEY).facts)

    assert facts["With it"] == "fewer going on in checkout"


def test_friction_that_falls_is_told_as_less_of_it_and_costs_nothing() -> None:
    named = Measured("rage_click", "checkout", "gift", HOUR, 412, 20, 0.21, 0.03, Level.SAME_HOUR, 4, 1e-9)
    beside = Measured("loop", "basket", "", HOUR, 412, 3, 0.21, 0.03, Level.SAME_HOUR, 4, 1e-9)
    about = Evidence(value=9_300.0, currency="EUR")

    told = tell(incident(named=named, cells=(named, beside), evidence=about), JOURNEY)

    assert told.title == "Less rage click in checkout"
    assert told.sentence.endswith("bring, only 5% of 412 in checkout ran into rage click; usual 21%, ±3.")
    assert dict(told.facts) == {"Since": "Thu 01 Jan, 10:00 (Europe/Berlin)", "With it": "less loop in basket"}
