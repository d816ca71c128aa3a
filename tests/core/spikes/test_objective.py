"""A job's success against its objective, over two spans at once."""

from services.core.spikes.baseline import Window
from services.core.spikes.objective import judge_objective

NOW = 1000


def told(*newest: tuple[int, int], usual: tuple[int, int] = (20, 7)) -> list[int]:
    """Hours with so many (ended, failed), the newest last; before them as usual. The objective is 60 %."""
    series = {NOW - hour: Window(*usual) for hour in range(100)}
    series |= {NOW - back: Window(*one) for back, one in enumerate(reversed(newest))}
    return [spike.began for spike in judge_objective("gift", 0.6, series, NOW)]


def test_success_above_the_objective_is_fine() -> None:
    assert told() == []


def test_failing_far_too_often_for_six_hours_is_told() -> None:
    assert told(*[(20, 15)] * 6) == [NOW - 5]


def test_a_little_too_often_for_days_is_told() -> None:
    assert told(usual=(20, 10)) == [NOW - 71]


def test_what_is_over_is_not_told() -> None:
    assert told(*[(20, 15)] * 6, (20, 5)) == []


def test_few_sessions_say_nothing() -> None:
    assert told(*[(4, 4)] * 6, usual=(0, 0)) == []
