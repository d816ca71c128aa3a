"""What is usual, and from which hours it is known."""

from zoneinfo import ZoneInfo

from services.core.spikes.baseline import Baseline, Level, Window, local_hour
from tests.core.spikes.build import NOW, UTC, calm


def test_the_same_hour_of_the_week_is_what_counts() -> None:
    series = {NOW - hour: Window(100, 50 if hour % 168 == 0 else 10) for hour in range(1, 5 * 168)}

    expected = Baseline(series, UTC).expect(NOW)

    assert expected is not None
    assert (expected.level, expected.windows, round(expected.rate, 1)) == (Level.SAME_HOUR, 4, 0.5)


def test_with_two_weeks_behind_it_the_day_types_hour_counts() -> None:
    series = {NOW - hour: Window(100, 20) for hour in range(1, 15 * 24)}

    expected = Baseline(series, UTC).expect(NOW)

    assert expected is not None
    assert expected.level == Level.DAY_TYPE
    assert expected.windows > 4


def test_with_two_days_behind_it_all_hours_count() -> None:
    series = {NOW - hour: Window(100, 20) for hour in range(1, 49)}

    expected = Baseline(series, UTC).expect(NOW)

    assert expected is not None
    assert (expected.level, expected.windows) == (Level.GLOBAL, 48)


def test_in_its_first_hours_nothing_is_usual_yet() -> None:
    assert Baseline({NOW - 1: Window(100, 20)}, UTC).expect(NOW) is None


def test_hours_that_vary_more_than_chance_make_a_new_one_less_surprising() -> None:
    steady = Baseline(calm(), UTC).expect(NOW)
    moody = Baseline({at: Window(400, 80 + (40 if at // 168 % 2 else -40)) for at in calm()}, UTC).expect(NOW)

    assert steady is not None
    assert moody is not None
    assert moody.spread(400) > 3 * steady.spread(400)


def test_a_change_of_the_clocks_leaves_nine_in_the_morning_at_nine() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    january, july = 490_905, 495_248
    assert (local_hour(january, berlin)[1] - local_hour(january, UTC)[1]) % 24 == 1
    assert (local_hour(july, berlin)[1] - local_hour(july, UTC)[1]) % 24 == 2


def test_a_rate_known_from_few_sessions_leaves_more_room() -> None:
    little = Baseline({NOW - hour: Window(10, 2) for hour in range(1, 5 * 168)}, UTC).expect(NOW)
    much = Baseline({NOW - hour: Window(1000, 200) for hour in range(1, 5 * 168)}, UTC).expect(NOW)

    assert little is not None
    assert much is not None
    assert little.spread(100) > 1.5 * much.spread(100)
