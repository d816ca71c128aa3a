"""How a visitor came, of a session: of the first event that knows it, whichever came first."""

from services.core.rows import SessionRow
from tests.core.build import START, encode, event, pipeline

LAPTOP = "desktop|Firefox|Linux"


def came(row: SessionRow) -> str:
    return f"{row.device} {row.browser} {row.os} {row.referrer_class} {row.source}/{row.medium}/{row.campaign}"


def test_a_session_came_as_its_first_event_says() -> None:
    made = pipeline()

    made.feed(0, encode([event("0 view", seen=f"{LAPTOP}|search"), event("1 view", seen=f"{LAPTOP}|internal")]), START)

    [row] = made.take().sessions
    assert came(row) == "desktop Firefox Linux search //"


def test_what_the_first_event_does_not_know_a_later_one_says() -> None:
    made = pipeline()

    made.feed(0, encode([event("0 view"), event("1 view", seen=LAPTOP), event("2 view", seen="|||direct|AT")]), START)

    [row] = made.take().sessions
    assert came(row) == "desktop Firefox Linux direct //"
    assert row.country == "AT"


def test_a_late_event_at_the_front_says_it_anew() -> None:
    made = pipeline()
    made.feed(0, encode([event("600 view", seen=f"{LAPTOP}|internal")]), START)
    [before] = made.take().sessions

    made.feed(0, encode([event("0 view", seen="|||email||mail|email|spring", received_at=START + 700_000)], 1), START)

    [after] = made.take().sessions
    assert (came(before), after.id) == ("desktop Firefox Linux internal //", before.id)
    assert came(after) == "desktop Firefox Linux email mail/email/spring"


def test_of_two_campaigns_none_is_mixed_into_the_other() -> None:
    made = pipeline()

    made.feed(0, encode([event("0 view", seen="|||||mail"), event("1 view", seen="|||||search|cpc|autumn")]), START)

    [row] = made.take().sessions
    assert came(row) == "   " + " mail//"
