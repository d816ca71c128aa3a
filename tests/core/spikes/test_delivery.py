"""What becomes of a message, and when a digest is due."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.core.spikes.delivery import UNDER_WAY, WAITS, Delivery, attempted, digest_due, failed, is_due
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


def test_a_daily_digest_comes_at_its_hour_in_the_journeys_time_zone() -> None:
    boss = Receiver(name="boss", digest="daily", digest_at=9)

    assert digest_due(boss, (moment("2026-01-05T08:30"), BERLIN)) == ("daily-2026-01-05", 1)
    assert digest_due(boss, (moment("2026-01-05T09:30"), BERLIN)) is None


def test_a_weekly_digest_comes_on_mondays() -> None:
    boss = Receiver(name="boss", digest="weekly", digest_at=9)

    assert digest_due(boss, (moment("2026-01-05T09:30"), ZONE)) == ("weekly-2026-01-05", 7)
    assert digest_due(boss, (moment("2026-01-06T09:30"), ZONE)) is None
    assert digest_due(Receiver(name="boss"), (moment("2026-01-05T09:30"), ZONE)) is None
