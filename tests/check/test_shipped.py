"""The ready-made journeys on recorded visits: what each visitor came for, how far they got, what stood in the way."""

from pathlib import Path

import pytest

from services.check.answer import answer
from services.check.told import Answer
from services.check.trial import Trial
from services.check.visits import read_visits
from services.core.event import Millis
from services.core.rulebook import Rulebook
from services.edges.journey_file import shipped

VISITS = Path(__file__).parent / "visits"
NOW = Millis(1_800_000_000_000)

ASSIGNED = {
    # visitor: furthest stage and step, job, the event by which it was done
    "shop": {
        "buyer": ("bought", "", "buy", "Order Completed /thanks"),
        "giver": ("browse", "", "gift", "share /gifts/for-mum/scarf"),
        "comparer": ("browse", "", "compare", "Product Added to Wishlist /p/2"),
        "unlucky": ("checkout", "payment", "buy", ""),
        "sender": ("", "", "put_it_right", "Return Requested /returns"),
        "passer": ("", "", "unassigned", ""),
    },
    "saas": {
        "doer": ("value", "", "solve_it_now", "Report Shared /reports/1"),
        "chooser": ("discover", "", "choose_for_team", "Demo Requested /demo"),
        "colleague": ("", "", "join_colleagues", "Comment Added /shared/r1"),
        "leaver": ("", "", "leave", "Subscription Canceled /cancel/done"),
        "stuck": ("signup", "form", "unassigned", ""),
    },
    "bookings": {
        "couple": ("booked", "", "time_together", "Booking Completed /booked"),
        "traveller": ("booked", "", "be_there_on_time", "purchase /booked"),
        "patient": ("booked", "", "get_an_appointment", "Appointment Booked /booked"),
        "changer": ("", "", "change_plans", "Booking Changed /my-bookings/77"),
        "surprised": ("book", "extras", "time_together", ""),
    },
    "public_service": {
        "applicant": ("submitted", "", "get_what_is_due", "Application Submitted /apply/done"),
        "asker": ("understand", "", "know_where_i_stand", "Eligibility Checked /eligibility/housing"),
        "caller": ("find", "", "speak_to_somebody", "Phone Number Clicked /contact/offices"),
        "waiter": ("", "", "see_how_it_goes", "Status Viewed /status/a1"),
        "giving_up": ("apply", "person", "get_what_is_due", ""),
        "telling": ("understand", "", "get_what_is_due", ""),
    },
}

FRICTION = {
    "shop": {
        ("unlucky", "cost_surprise", "checkout.payment"),
        ("unlucky", "payment_failure", "checkout.payment"),
        ("unlucky", "checkout_abandonment", "checkout.payment"),
        ("unlucky", "backslide", "checkout.payment"),
    },
    "saas": {
        ("stuck", "hesitation", "signup.form"),
        ("stuck", "form_abandonment", "signup.form"),
        ("stuck", "backslide", "signup.form"),
        ("stuck", "quick_back", "signup.form"),
    },
    "bookings": {
        # 4 % more: the journey gives this stage a threshold of 3 % where the default is 5 %.
        ("surprised", "cost_surprise", "book.extras"),
        ("surprised", "backslide", "book.extras"),
        ("surprised", "checkout_abandonment", "book.extras"),
    },
    "public_service": {
        ("giving_up", "hesitation", "apply.person"),
        ("giving_up", "form_refill", "apply.person"),
        ("giving_up", "form_abandonment", "apply.person"),
        ("giving_up", "checkout_abandonment", "apply.person"),
    },
}


def tried(name: str) -> Answer:
    """A ready-made journey on its recorded visits."""
    journey = shipped(name)
    visits = read_visits(VISITS / f"{name}.ndjson", NOW)
    return answer(journey, visits.events, visits.broken, Trial(journey, visits.events, NOW))


@pytest.mark.parametrize("name", ASSIGNED)
def test_every_visitor_is_where_they_were_and_came_for_what_they_came_for(name: str) -> None:
    told = tried(name)

    assert not told.left_out
    assert {one.visitor: (one.stage, one.step, one.job, one.done_by) for one in told.sessions} == ASSIGNED[name]


@pytest.mark.parametrize("name", ASSIGNED)
def test_the_friction_is_that_which_was_there(name: str) -> None:
    told = tried(name)

    found = {(one.visitor, seen.detector, seen.place) for one in told.sessions for seen in one.findings}
    assert found == FRICTION[name]


@pytest.mark.parametrize("name", ASSIGNED)
def test_jobs_are_of_every_kind_and_not_all_of_them_end_in_a_purchase(name: str) -> None:
    jobs = shipped(name).jobs

    assert 3 <= len(jobs) <= 4
    assert {kind for job in jobs for kind in job.kinds} == {"functional", "emotional", "social"}
    assert {job.primary for job in jobs} == {True, False}
    assert any("purchase" not in job.outcome.event for job in jobs if job.outcome)


def test_the_reasons_of_a_label_name_the_rules_and_the_events_that_met_them() -> None:
    (telling,) = [one for one in tried("public_service").sessions if one.visitor == "telling"]

    assert [(why.rule, why.name) for why in telling.reasons] == [
        ("speak_to_somebody/when/1", "page /guide/housing"),
        ("know_where_i_stand/1", "page /guide/housing"),
        ("get_what_is_due/stated", "job_stated /guide/housing"),
    ]


@pytest.mark.parametrize(
    ("name", "event", "path", "place"),
    [
        ("saas", "page", "/customers", "discover"),
        ("saas", "sign_up", "/signup/done", "setup"),  # GA4 says so when it is done
        ("public_service", "page", "/eligibility", "understand"),
        ("public_service", "form_start", "/", "find"),  # GA4 says so of any form, the newsletter's too
    ],
)
def test_an_event_enters_the_stage_that_it_tells_of(name: str, event: str, path: str, place: str) -> None:
    entered = Rulebook(shipped(name)).plan(event, path).place

    assert entered is not None
    assert entered.name == place


@pytest.mark.parametrize(
    ("name", "path", "rule"),
    [
        ("shop", "/compare", "compare/3"),
        ("saas", "/cancel", "leave/2"),
        ("bookings", "/my-bookings", "change_plans/1"),
        ("public_service", "/contact", "speak_to_somebody/1"),
    ],
)
def test_the_first_page_of_a_section_speaks_as_those_below_it_do(name: str, path: str, rule: str) -> None:
    book = Rulebook(shipped(name))

    assert [book.weighing.names[one] for one in book.plan("page", path).evidence] == [rule]


def test_every_ready_made_journey_is_tried_here() -> None:
    folder = Path(__file__).parent.parent.parent / "services" / "journeys"

    assert {file.stem for file in folder.glob("*.yaml")} == set(ASSIGNED)
