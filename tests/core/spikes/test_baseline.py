"""What is usual, and from which hours it is known."""

from collections.abc import Callable
from random import Random
from zoneinfo import ZoneInfo

import pytest

from services.core.spikes.baseline import Baseline, Expected, Level, Window, local_hour, together
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
    assert little.doubt > 50 * much.doubt


def drawn(rate: Callable[[int], float], exposed: int = 100, seed: int = 1) -> dict[int, Window]:
    """Four weeks before NOW, with this rate at each hour of the week."""
    draw = Random(seed)
    return {
        NOW - back: Window(exposed, sum(draw.random() < rate((NOW - back) % 168) for _ in range(exposed)))
        for back in range(1, 4 * 168 + 1)
    }


def test_hours_that_are_alike_lend_each_other_what_they_have_shown() -> None:
    expected = Baseline(drawn(lambda hour: 0.2), UTC).expect(NOW)

    assert expected is not None
    assert expected.level == Level.SAME_HOUR
    assert expected.doubt < 1 / (10 * 400)  # as if ten times its own four hundred sessions had been seen
    assert abs(expected.rate - 0.2) < 0.015


def test_hours_that_differ_from_day_to_day_lend_little() -> None:
    rates = Random(2).choices([0.1, 0.2, 0.3, 0.4], k=168)

    expected = Baseline(drawn(lambda hour: rates[hour]), UTC).expect(NOW)

    assert expected is not None
    assert expected.doubt > 1 / 600


def test_one_hour_unlike_all_others_stays_so() -> None:
    series = drawn(lambda hour: 0.5 if hour == NOW % 168 else 0.1)
    own = [series[NOW - 168 * week].affected / 100 for week in range(1, 5)]

    expected = Baseline(series, UTC).expect(NOW)

    assert expected is not None
    assert abs(expected.rate - sum(own) / 4) < 0.06  # two standard errors


def test_two_windows_as_one_share_the_doubt_about_what_is_usual_and_nothing_else() -> None:
    window = Window(100, 20)
    varies = Expected(0.2, 0.01, Level.SAME_HOUR, 4, doubt=0.0)
    doubted = Expected(0.2, 0.01, Level.SAME_HOUR, 4, doubt=0.01)

    both, twice = together([(window, varies), (window, varies)])
    _, off_alike = together([(window, doubted), (window, doubted)])

    assert both == Window(200, 40)
    assert twice.variance(200, twice.correlation) == pytest.approx(2 * varies.variance(100, 0.01))
    by_chance, shared = 2 * 100 * 0.16, (2 * 100) ** 2 * 0.16 * 0.01
    assert off_alike.variance(200, off_alike.correlation) == pytest.approx(by_chance + shared)
