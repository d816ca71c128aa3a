"""Account walls: a log-in in the middle of a purchase, and nobody behind it."""

import pytest

from tests.core.build import START, encode, event, found, pipeline, shop, standing

SPEAKS = ["0 add price=40", "10 checkout", "20 page /checkout/address", "30 page /login", "60 page /"]
SILENT = ["0 add price=40", "10 checkout", "20 page /login", "60 page /checkout/address", "90 page /"]


def test_leaving_at_a_log_in_within_the_purchase_is_a_wall() -> None:
    (row,) = found("account_wall", *SPEAKS)

    assert (row.stage, row.step, row.page) == ("checkout", "address", "/login")
    assert (row.value, row.currency, row.cost_seconds) == (40.0, "EUR", 30.0)
    assert row.evidence == ["anna 30 page /login", "anna 60 page /"]


def test_so_is_going_back_to_the_basket() -> None:
    (row,) = found(
        "account_wall", "0 checkout", "10 page /signup", "20 add", "25 checkout", "30 page /checkout/address"
    )

    assert row.evidence == ["anna 10 page /signup", "anna 20 add"]


def test_going_on_to_a_further_step_is_not() -> None:
    assert not found("account_wall", *SILENT)


@pytest.mark.parametrize("name", ["login", "sign_up", "'Signed In'", "identify"])
def test_nor_is_getting_in(name: str) -> None:
    assert not found("account_wall", "0 checkout", "10 page /login", f"20 {name}", "30 page /")


def test_finishing_the_purchase_after_all_takes_it_back() -> None:
    assert not found("account_wall", "0 checkout", "10 page /login", "20 add", "30 checkout", "40 buy")


def test_that_holds_also_where_it_was_written_down_already() -> None:
    made = pipeline()
    before = ["0 checkout", "10 page /login", "20 add"]
    made.feed(0, encode(event(line) for line in before), now=START)
    first = made.take()

    made.feed(0, encode([event("30 checkout"), event("40 buy")], first_offset=3), now=START)

    assert [row.detector for row in first.findings if row.detector == "account_wall"]
    assert "account_wall" not in [row.detector for row in standing([first, made.take()])[1].values()]


def test_what_was_said_once_is_not_said_of_the_next_log_in_page() -> None:
    again = ["30 checkout", "40 page /login", "50 add"]

    (row,) = found("account_wall", "0 checkout", "10 page /login", "20 add", *again)

    assert row.evidence[0] == "anna 10 page /login"


def test_the_next_purchase_has_a_wall_of_its_own() -> None:
    (row,) = found("account_wall", "0 checkout", "10 page /login", "20 buy", "30 checkout /cart", "40 page /login")

    assert row.evidence == ["anna 40 page /login"]


def test_a_log_in_before_the_purchase_is_none() -> None:
    assert not found("account_wall", "0 add", "10 page /login", "20 page /")


def test_a_click_on_the_log_in_page_is_no_other_visit() -> None:
    lines = ["0 page /login", "5 checkout /login", "10 click /login #guest", "20 page /"]

    assert not found("account_wall", *lines)


def test_the_journey_file_says_which_pages_these_are() -> None:
    lines = ["0 checkout", "10 page /welcome", "20 page /"]

    assert not found("account_wall", *lines)
    assert found("account_wall", *lines, journey=shop(pages={"account": {"path": "/welcome"}}))


def test_a_page_may_be_known_by_an_event_or_by_a_property() -> None:
    by_event = shop(pages={"account": {"event": "login_asked"}})
    by_property = shop(pages={"account": {"event": "page", "where": {"kind": "login"}}})

    assert found("account_wall", "0 checkout", "10 login_asked", journey=by_event)
    assert found("account_wall", "0 checkout", "10 login_asked /checkout/address", journey=by_event)
    assert found("account_wall", "0 checkout", "10 page /x kind=login", journey=by_property)
    assert not found("account_wall", "0 checkout", "10 page /x kind=other", journey=by_property)


def test_who_turned_back_signed_in_and_bought_was_not_stopped() -> None:
    back = ["0 checkout", "10 page /login", "20 add /cart", "30 'Signed In'", "40 checkout /checkout"]

    assert found("account_wall", *back)
    assert not found("account_wall", *back, "50 buy")


def test_of_several_such_pages_the_first_is_told() -> None:
    (row,) = found("account_wall", "0 checkout", "10 page /login", "20 page /sign-up")

    assert (row.page, row.evidence) == ("/login", ["anna 10 page /login", "anna 20 page /sign-up"])
