"""Events that fail to come."""

from random import Random

from services.core.spikes.silence import Quiet, judge_silence
from tests.core.spikes.build import NOW, UTC


def counts(usual: int = 1000) -> dict[int, int]:
    draw = Random(3)
    return {NOW - hour: round(draw.gauss(usual, usual * 0.1)) for hour in range(5 * 168)}


def silent_since(changed: dict[int, int]) -> list[int]:
    quiet = Quiet({at: count for at, count in changed.items() if at <= NOW - 3}, UTC)
    return [spike.began for spike in judge_silence(quiet, changed, NOW)]


def test_a_usual_hour_is_no_silence() -> None:
    assert silent_since(counts()) == []


def test_no_event_at_all_is_silence_at_once() -> None:
    assert silent_since({at: count for at, count in counts().items() if at < NOW}) == [NOW]


def test_an_hour_a_third_below_usual_is_a_calm_day() -> None:
    assert silent_since(counts() | dict.fromkeys((NOW, NOW - 1, NOW - 2), 670)) == []


def test_where_few_events_come_none_is_no_silence() -> None:
    assert silent_since({at: count for at, count in counts(usual=20).items() if at < NOW - 2}) == []


def test_past_silences_do_not_become_usual() -> None:
    silences = [NOW - 168 * week for week in (1, 2, 3)]
    known = {at: count for at, count in counts().items() if at < NOW - 2} | dict.fromkeys(silences, 0)

    means = [usual.mean for quiet in (Quiet(known, UTC, silences), Quiet(known, UTC)) if (usual := quiet.expect(NOW))]

    assert [mean > 800 for mean in means] == [True, False]
