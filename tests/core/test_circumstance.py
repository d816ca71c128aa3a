"""Circumstances: what of an event shows them, and how they count for a job."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from services.core.act import Act
from services.core.circumstance import Circumstance
from services.core.errors import JourneyError
from services.core.event import Event
from services.core.journey import Journey
from services.core.rows import SessionRow
from tests.core.build import START, closed, encode, event, pipeline, shop

GIFT: dict[str, Any] = {
    "name": "gift",
    "when": "I am invited and have no idea what to bring",
    "want": "find something fitting within a day",
    "so_that": "my friend feels seen",
    "prior": 0.3,
}
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"
TABLET = "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X)"
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"


def gift_shop(*circumstances: dict[str, Any], **changes: Any) -> Journey:
    """A shop with one job, which arises in these circumstances."""
    return shop(jobs=[{**GIFT, "circumstances": list(circumstances)}], **changes)


def session(journey: Journey, *events: Event) -> SessionRow:
    """The one session that these events make."""
    made = pipeline(journey)
    made.feed(0, encode(events), now=START)
    (row,) = closed(made)[0]
    return row


def on(context: dict[str, Any], line: str = "0 view", **fields: Any) -> Event:
    """An event with its context."""
    return event(line, context=msgspec.Raw(msgspec.json.encode(context)), **fields)


@pytest.mark.parametrize(
    ("circumstance", "shown"),
    [
        ({"device": "mobile"}, on({"device": {"type": "mobile"}})),
        ({"device": "Mobile"}, on({"device": {"type": "ios"}})),
        ({"device": "mobile"}, on({"userAgent": PHONE})),
        ({"device": ["tablet", "desktop"]}, on({"userAgent": TABLET})),
        ({"device": "desktop"}, on({"userAgent": DESKTOP})),
        ({"campaign": {"contains": "gift"}}, on({"campaign": {"name": "Gifts for mum"}})),
        ({"campaign": "mother's day"}, event("0 view", url="https://a.example/?x=1&utm_campaign=Mother%27s+day#top")),
        ({"referrer": {"contains": "google"}}, event("0 view", referrer="https://www.google.co.uk/search?q=gift")),
        ({"referrer": "google.com"}, event("0 view", referrer="https://www.google.com/")),
        ({"visitor": "new"}, event("0 first_visit")),
        ({"visitor": "new"}, event("0 view ga_session_number=1")),
        ({"visitor": "returning"}, event("0 view session_number=4")),
        ({"visitor": "returning"}, event("0 view returning=true")),
    ],
)
def test_what_an_event_tells_of_its_surroundings_counts_for_the_job(circumstance: dict[str, Any], shown: Event) -> None:
    journey = gift_shop({**circumstance, "weight": 2})

    row = session(journey, event("-9 view"), shown, event("9 view"))

    assert (row.job, row.job_rules, row.job_evidence) == ("gift", ["gift/when/1"], [shown.id])


@pytest.mark.parametrize(
    "circumstance",
    [
        {"device": "mobile"},
        {"campaign": "gifts"},
        {"referrer": {"contains": "google"}},
        {"visitor": "new"},
        {"device": "desktop", "visitor": "returning"},
    ],
)
def test_what_is_not_told_counts_neither_for_nor_against(circumstance: dict[str, Any]) -> None:
    row = session(gift_shop(circumstance), on({"userAgent": DESKTOP, "campaign": "gifts", "device": 7}))

    assert (row.job, row.job_rules) == ("unassigned", [])


# 2023-11-14 22:13:20 UTC, a Tuesday, is 23:13 in Berlin and Wednesday 07:13 in Tokyo.
@pytest.mark.parametrize(
    ("zone", "circumstance", "holds"),
    [
        ("UTC", {"hours": "22-23"}, True),
        ("UTC", {"hours": "18-22"}, False),
        ("UTC", {"hours": "22-6"}, True),
        ("UTC", {"hours": "23-22"}, False),
        ("Europe/Berlin", {"hours": "23-24"}, True),
        ("Europe/Berlin", {"hours": "22-6"}, True),
        ("Europe/Berlin", {"hours": "6-22"}, False),
        ("Asia/Tokyo", {"hours": "7-8", "weekdays": ["wed"]}, True),
        ("Asia/Tokyo", {"weekdays": ["tue"]}, False),
    ],
)
def test_hours_and_days_are_those_of_the_journeys_time_zone(
    zone: str, circumstance: dict[str, Any], holds: bool
) -> None:
    row = session(gift_shop(circumstance, time_zone=zone), event("0 view"))

    assert (row.job_rules == ["gift/when/1"]) is holds


def test_the_clock_follows_summer_time() -> None:
    evening = Circumstance(hours="18-19")
    berlin = ZoneInfo("Europe/Berlin")
    at = [round(datetime(2024, month, 1, 16, 30, tzinfo=UTC).timestamp() * 1000) for month in (1, 7)]

    assert [evening.holds(Act(one, "", "view", "/"), berlin) for one in at] == [False, True]


def test_the_clock_of_a_zone_that_is_half_an_hour_off_is_looked_at_within_the_hour() -> None:
    late = event("1200 view")  # 22:33 UTC is 04:03 in Kolkata, where it was 03:43 at first

    row = session(gift_shop({"hours": "4-5", "weight": 2}, time_zone="Asia/Kolkata"), event("0 view"), late)

    assert row.job_evidence == [late.id]


def test_a_circumstance_doubles_the_odds_unless_it_says_otherwise() -> None:
    assert Circumstance(device=("mobile",)).weight == 0.7


def test_a_circumstance_counts_once_and_beside_other_evidence() -> None:
    job = {**GIFT, "circumstances": [{"device": "mobile", "weight": 1}], "evidence": [
        {"match": {"event": "search"}, "weight": 1}
    ]}  # fmt: skip

    phone = {"device": {"type": "mobile"}}
    row = session(shop(jobs=[job]), on(phone), on(phone, "3 search"), on(phone, "5 view"))

    assert row.job_rules == ["gift/when/1", "gift/1"]
    assert row.job_evidence == ["anna 0 view", "anna 3 search"]
    # 0.3 · e^2 against 0.5 for `unassigned`
    assert row.job_confidence == pytest.approx(0.8160, abs=1e-4)


def test_circumstances_are_the_same_after_a_restart() -> None:
    journey = gift_shop({"device": "mobile", "weight": 2})
    first = pipeline(journey)
    first.feed(0, encode([on({"device": {"type": "mobile"}})]), now=START)
    changes = first.take()

    second = pipeline(journey, changes.positions[0], changes.states)
    second.feed(0, encode([event("9 view")], 1), now=START)

    (row,) = closed(second)[0]
    assert (row.job, row.events) == ("gift", 2)


def test_nothing_of_the_surroundings_is_kept_where_no_job_asks() -> None:
    plain, asking = (pipeline(journey) for journey in (shop(jobs=[GIFT]), gift_shop({"campaign": "gifts"})))
    for made in (plain, asking):
        made.feed(0, encode([on({"device": {"type": "mobile"}, "campaign": {"name": "gifts"}})]), now=START)

    kept = [made.take().states[0].blob for made in (plain, asking)]
    assert [b"@campaign" in blob for blob in kept] == [False, True]
    assert not any(b"@device" in blob for blob in kept)


@pytest.mark.parametrize(
    ("circumstance", "words"),
    [
        ({"weight": 1}, "says nothing: give device, campaign"),
        ({"hours": "evening"}, "'evening' does not fit: hours of the day"),
        ({"weekdays": ["someday"]}, "jobs.0.circumstances.0.weekdays.0"),
        ({"devise": "mobile"}, "did you mean `device`?"),
    ],
)
def test_a_mistake_says_what_to_write(circumstance: dict[str, Any], words: str) -> None:
    with pytest.raises(JourneyError) as caught:
        gift_shop(circumstance)

    assert words in str(caught.value)
