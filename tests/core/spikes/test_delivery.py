"""What becomes of a message, and when a digest is due."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from services.core.spikes.delivery import UNDER_WAY, WAITS, Delivery, Digest, attempted, digest_due, failed, is_due
from services.core.spikes.rules import Receiver
from tests.core.spikes.build import UTC as ZONE

BERLIN = ZoneInfo("Europe/Berlin")


def fresh() -> Delivery:
    return Delivery(project="shop", id="i1", moment="opened-1", receiver="team")


def test_what_is_under_way_is_left_to_its_sender_for_a_while() -> None:
    begun = attempted(fresh(), 1_000)

    assert not is_due(begun, 1_000 + UNDER_WAY)
    assert is_due(begun, 1_001 + UNDER_WAY)


def test_in_doubt_twice_it_is_not_sent_a_third_time() -> None:
    first = attempted(fresh(), 1_000)
    second = attempted(first, 100_000)
    third = attempted(second, 200_000)

    assert (second.state, second.doubts, second.attempts) == ("sending", 1, 2)
    assert (third.state, third.attempts) == ("dead", 2)


def test_it_waits_longer_each_time_and_then_gives_up() -> None:
    delivery, waits = fresh(), []
    while delivery.state != "dead":
        delivery = failed(attempted(delivery, 0), "answered 500", 0)
        waits.append(delivery.again_ms // 1000)

    assert waits == [*WAITS, 0]


def test_versions_grow_whatever_the_clock_says() -> None:
    begun = attempted(fresh(), 5_000)

    assert failed(begun, "", 1).version > begun.version


def moment(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_a_daily_digest_of_yesterday_comes_at_its_hour_in_the_journeys_time_zone() -> None:
    boss = Receiver(name="boss", digest="daily", digest_at=9)

    due = Digest("daily-2026-01-05", date(2026, 1, 4), date(2026, 1, 5))

    assert digest_due(boss, (moment("2026-01-05T08:00"), BERLIN)) == due
    assert digest_due(boss, (moment("2026-01-05T07:59"), BERLIN)) is None


def test_a_digest_that_could_not_be_told_at_its_hour_is_due_for_half_a_day() -> None:
    boss = Receiver(name="boss", digest="daily", digest_at=20)

    due = digest_due(boss, (moment("2026-01-06T07:59"), ZONE))

    assert due == digest_due(boss, (moment("2026-01-05T20:00"), ZONE))
    assert digest_due(boss, (moment("2026-01-06T08:00"), ZONE)) is None


def test_a_digest_that_is_late_keeps_quiet_hours() -> None:
    boss = Receiver(name="boss", digest="daily", digest_at=20, quiet="22:00-07:00")

    assert digest_due(boss, (moment("2026-01-05T21:59"), ZONE)) is not None
    assert digest_due(boss, (moment("2026-01-05T22:00"), ZONE)) is None


def test_a_digest_comes_once_on_the_days_on_which_the_clocks_change() -> None:
    boss = Receiver(name="boss", digest="daily", digest_at=2)

    spring = {digest_due(boss, (moment(f"2026-03-29T{hour:02}:30"), BERLIN)) for hour in range(1, 9)}
    autumn = {digest_due(boss, (moment(f"2026-10-25T{hour:02}:30"), BERLIN)) for hour in range(1, 9)}

    assert spring == {Digest("daily-2026-03-29", date(2026, 3, 28), date(2026, 3, 29))}
    assert autumn == {Digest("daily-2026-10-25", date(2026, 10, 24), date(2026, 10, 25))}


def test_a_weekly_digest_of_monday_to_sunday_comes_on_mondays() -> None:
    boss = Receiver(name="boss", digest="weekly", digest_at=9)

    due = digest_due(boss, (moment("2026-01-05T09:30"), ZONE))

    assert due == Digest("weekly-2026-01-05", date(2025, 12, 29), date(2026, 1, 5))
    assert due.days == 7
    assert digest_due(boss, (moment("2026-01-06T09:30"), ZONE)) is None
    assert digest_due(Receiver(name="boss"), (moment("2026-01-05T09:30"), ZONE)) is None
