"""The ledger of jobs: what people set out to get done, across their sessions and devices."""

from typing import Any

import pytest

from services.api.ledger import done_by_stage
from services.core.journey import read_journey
from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.shop import DAY, JOURNEY, moment, session, text

STORY = {"when": "I am invited", "want": "find something", "so_that": "she is glad"}
WITH_JOBS = read_journey(
    {
        **JOURNEY.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "jobs": [
            {"name": "gift", **STORY, "outcome": {"event": ["Order Completed", "Product Shared"]}},
            {"name": "return", **STORY, "outcome": {"event": "Return Requested"}},
        ],
    }
)


def fates(store: Store, ask: Ask, *sessions: SessionRow, until: float = 40 * DAY) -> dict[str, Any]:
    """What is told of the job, without what is zero; time has come to the end by somebody else's visit."""
    store.save_journey(WITH_JOBS.version, WITH_JOBS.document())
    store.insert("sessions", [*sessions, session(f"{until} browse", visitor="somebody else")])
    [told] = ask("/v1/open-jobs", from_=text(0), to=text(30 * DAY))["jobs"]
    names = ("opened", "done_at_once", "continued_later", "done_elsewhere", "open", "abandoned")
    return {name: told[name] for name in names if told[name]}


def gift(way: str, **given: object) -> SessionRow:
    return session(way, **{"job": "gift", "visitor": "anna", **given})


def bought(at: float, way: str = "{at} bought", **given: object) -> SessionRow:
    return gift(way.format(at=at, before=at - 60), outcome_at=moment(at), outcome_event="e", **given)


def test_a_job_done_in_its_first_session_is_done_at_once(store: Store, ask: Ask) -> None:
    assert fates(store, ask, bought(60, "0 browse, {at} bought")) == {"opened": 1, "done_at_once": 1}


def test_who_comes_back_and_goes_on_continued_later(store: Store, ask: Ask) -> None:
    later = bought(2 * DAY, "{before} checkout, {at} bought")

    assert fates(store, ask, gift("0 browse, 60 basket"), later) == {"opened": 1, "continued_later": 1}


def test_who_only_comes_back_to_finish_did_it_elsewhere(store: Store, ask: Ask) -> None:
    assert fates(store, ask, gift("0 browse, 60 basket"), bought(2 * DAY)) == {"opened": 1, "done_elsewhere": 1}


def test_a_job_stays_open_for_a_window_after_each_session(store: Store, ask: Ask) -> None:
    again = [gift("0 browse, 60 basket"), gift(f"{10 * DAY} browse")]

    assert fates(store, ask, *again, until=23 * DAY) == {"opened": 1, "open": 1}
    assert fates(store, ask, until=25 * DAY) == {"opened": 1, "abandoned": 1}
    assert fates(store, ask, bought(20 * DAY, "{before} checkout, {at} bought")) == {"opened": 1, "continued_later": 1}
    assert fates(store, ask, gift(f"{21 * DAY} browse")) == {"opened": 2, "continued_later": 1, "abandoned": 1}


@pytest.mark.parametrize(("after", "opened"), [(14 * DAY, 1), (14 * DAY + 0.001, 2)])
def test_who_comes_back_as_the_window_ends_goes_on(store: Store, ask: Ask, after: float, opened: int) -> None:
    assert fates(store, ask, gift("0 browse"), gift(f"{after} browse"))["opened"] == opened


def test_a_job_is_open_for_the_journeys_window_and_then_abandoned(store: Store, ask: Ask) -> None:
    assert fates(store, ask, gift("0 browse"), until=14 * DAY - 0.001) == {"opened": 1, "open": 1}
    assert fates(store, ask, until=14 * DAY) == {"opened": 1, "abandoned": 1}


def test_a_purchase_after_the_window_is_another_time(store: Store, ask: Ask) -> None:
    assert fates(store, ask, gift("0 browse"), bought(15 * DAY)) == {"opened": 2, "abandoned": 1, "done_at_once": 1}


def test_two_devices_are_one_person_once_they_are_known_as_one(store: Store, ask: Ask) -> None:
    laptop = bought(DAY, "{before} basket, {at} bought", visitor="laptop", user="anna@x")
    assert fates(store, ask, gift("0 basket", visitor="phone"), laptop) == {
        "opened": 2,
        "done_at_once": 1,
        "abandoned": 1,
    }

    joined = session(f"{20 * DAY} browse", visitor="phone", user="anna@x")

    assert fates(store, ask, joined) == {"opened": 1, "continued_later": 1}


def test_what_was_done_on_one_device_at_once_stays_so_when_it_is_known_whose_that_is(store: Store, ask: Ask) -> None:
    phone = bought(60, "0 basket, {at} bought", visitor="phone")

    assert fates(store, ask, phone, session(f"{DAY} browse", visitor="phone", user="anna@x")) == {
        "opened": 1,
        "done_at_once": 1,
    }


def test_who_left_on_a_shared_device_is_whom_it_was_last_known_as(store: Store, ask: Ask) -> None:
    tablet = [
        session(f"{day * DAY} browse", visitor="tablet", user=user) for day, user in ((1, "anna@x"), (5, "ben@x"))
    ]
    bens = bought(7 * DAY, "{before} basket, {at} bought", visitor="laptop", user="ben@x")

    assert fates(store, ask, *tablet, gift(f"{6 * DAY} basket", visitor="tablet"), bens) == {
        "opened": 1,
        "continued_later": 1,
    }


def test_what_was_done_at_once_on_a_shared_device_is_of_whom_it_was_last_known_as(store: Store, ask: Ask) -> None:
    tablet = [
        session(f"{day * DAY} browse", visitor="tablet", user=user) for day, user in ((1, "anna@x"), (5, "ben@x"))
    ]
    bens = session(f"{3 * DAY} browse", visitor="laptop", user="ben@x")
    at_once = bought(6 * DAY, "{before} basket, {at} bought", visitor="tablet")

    assert fates(store, ask, *tablet, bens, at_once) == {"opened": 1, "done_at_once": 1}


def test_what_they_do_after_it_is_done_does_not_say_how_it_was_done(store: Store, ask: Ask) -> None:
    afterwards = session(f"{2 * DAY + 600} checkout", visitor="anna")

    assert fates(store, ask, gift("0 basket"), bought(2 * DAY), afterwards) == {"opened": 1, "done_elsewhere": 1}


def test_a_purchase_in_a_session_of_no_known_job_is_what_they_were_after(store: Store, ask: Ask) -> None:
    unknown = session(f"{DAY} checkout, {DAY + 60} bought", visitor="anna")

    assert fates(store, ask, gift("0 basket"), unknown) == {"opened": 1, "continued_later": 1}


def test_such_a_purchase_counts_for_a_window_after_the_last_session_of_the_job(store: Store, ask: Ask) -> None:
    tries = gift("0 basket"), gift(f"{10 * DAY} basket")
    unknown = session(f"{20 * DAY} checkout, {20 * DAY + 60} bought", visitor="anna")

    assert fates(store, ask, *tries, unknown) == {"opened": 1, "continued_later": 1}


def test_a_purchase_is_not_what_a_return_was_after(store: Store, ask: Ask) -> None:
    unknown = session(f"{DAY} checkout, {DAY + 60} bought", visitor="anna")

    assert fates(store, ask, gift("0 basket", job="return"), unknown) == {"opened": 1, "abandoned": 1}


@pytest.mark.parametrize(
    ("outcome", "stages"),
    [
        ({"event": "Order Completed"}, ["bought"]),
        ({"event": ["Order Completed", "Renewed", "Extended", "Shared"]}, ["bought", "renewed"]),
        ({"event": ["Order Completed", "Renewed"]}, ["bought"]),
        ({"any_of": [{"path": "/thanks"}, {"event": "Order Completed"}]}, ["bought"]),
        ({"event": "Order Completed", "where": {"gift": True}}, []),
        ({"event": "Returned"}, []),
        (None, []),
    ],
)
def test_a_job_is_done_by_a_stage_into_which_nothing_but_its_outcomes_leads(
    outcome: dict[str, Any] | None, stages: list[str]
) -> None:
    data = {
        "journey": "shop",
        "stages": [
            {"name": "browse", "role": "browse", "enter": {"event": "Shared"}},
            {"name": "bought", "role": "done", "enter": {"event": "Order Completed"}},
            {
                "name": "renewed",
                "role": "done",
                "steps": [
                    {"name": "all", "enter": {"event": "Renewed"}},
                    {"name": "part", "enter": {"event": "Extended"}},
                ],
            },
        ],
        "jobs": [{"name": "gift", **STORY, "outcome": outcome}],
    }

    assert done_by_stage(read_journey(data)).get("gift", []) == stages


def test_after_it_is_done_it_is_another_time(store: Store, ask: Ask) -> None:
    assert fates(store, ask, bought(60, "0 browse, {at} bought"), gift(f"{DAY} browse")) == {
        "opened": 2,
        "done_at_once": 1,
        "abandoned": 1,
    }


def test_who_set_out_before_the_period_does_not_set_out_in_it(store: Store, ask: Ask) -> None:
    fates(store, ask, gift("0 browse"), gift(f"{5 * DAY} basket"), gift(f"{6 * DAY} browse", visitor="bert"))

    [told] = ask("/v1/open-jobs", from_=text(3 * DAY), to=text(30 * DAY))["jobs"]

    assert (told["opened"], told["people"]) == (1, 1)


def test_how_many_sessions_it_took(store: Store, ask: Ask) -> None:
    fates(store, ask, gift("0 basket"), gift(f"{DAY} basket"), bought(2 * DAY))

    [told] = ask("/v1/open-jobs", from_=text(0), to=text(30 * DAY))["jobs"]

    assert (told["sessions_each"], told["people"]) == (3, 1)


def test_a_purchase_of_no_known_job_after_the_window_is_not_what_they_were_after(store: Store, ask: Ask) -> None:
    unknown = session(f"{15 * DAY} checkout, {15 * DAY + 60} bought", visitor="anna")

    assert fates(store, ask, gift("0 basket"), unknown) == {"opened": 1, "abandoned": 1}
