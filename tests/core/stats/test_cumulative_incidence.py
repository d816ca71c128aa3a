"""What is to be expected of all, where some are still at it."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from services.core.stats.cumulative_incidence import settled

TIMES = st.lists(st.integers(0, 20), max_size=30)
LAST = 30


@given(smooth=TIMES, rough=TIMES, going_on=TIMES, failed=st.integers(1, 20))
def test_the_share_and_its_variance_are_those_of_scipys_survival_curve(
    smooth: list[int], rough: list[int], going_on: list[int], failed: int
) -> None:
    found = settled([Counter(smooth), Counter(rough)], Counter(going_on), failed)

    curve = ecdf(CensoredData(uncensored=[*smooth, *rough], right=[*going_on, *[LAST] * failed])).sf
    share = sum(found.done) / found.of
    assert share == pytest.approx(1 - float(curve.evaluate(LAST)))
    if smooth or rough:
        half = float(curve.evaluate(LAST) - curve.confidence_interval(0.6826894921).low.evaluate(LAST))
        if half < curve.evaluate(LAST):  # else it is cut off at nought
            assert (share * (1 - share) / found.of) ** 0.5 == pytest.approx(half, rel=1e-4)
    else:
        assert found.of == failed


@given(smooth=TIMES, rough=TIMES, failed=st.integers(0, 20))
def test_where_all_are_over_they_are_counted(smooth: list[int], rough: list[int], failed: int) -> None:
    found = settled([Counter(smooth), Counter(rough)], {}, failed)

    assert (found.of, found.done) == (len(smooth) + len(rough) + failed, (len(smooth), len(rough)))


def test_the_last_to_be_seen_prove_no_more_than_so_many() -> None:
    found = settled([{10: 90, 500: 1}], {20: 9}, failed=0)

    assert (found.of, found.done) == (1, (1,))


def test_of_none_done_nothing_is_told_until_some_have_failed() -> None:
    assert settled([{}], {20: 9}, failed=0).of == 0
    assert settled([{}], {20: 9}, failed=2).of == 2


def test_of_a_stream_that_still_comes_in_the_share_is_that_of_long_ago() -> None:
    random, window, days = Random(4), 14.0, 16.0
    begun = [random.uniform(0, days) for _ in range(20_000)]
    # Three in ten get it done, on average in two days; one in ten of all does it roughly.
    took = [random.expovariate(0.5) if random.random() < 0.3 else window * 2 for _ in begun]
    ends = [(lasts, days - at, random.random() < 1 / 3) for at, lasts in zip(begun, took, strict=True)]

    done = [(lasts, rough) for lasts, seen, rough in ends if lasts <= min(seen, window)]
    going_on = [seen for lasts, seen, _ in ends if lasts > seen and seen < window]
    failed = len(ends) - len(done) - len(going_on)
    found = settled(
        [Counter(round(lasts * 1e4) for lasts, rough in done if rough is way) for way in (False, True)],
        Counter(round(seen * 1e4) for seen in going_on),
        failed,
    )

    assert found.done[0] / found.of == pytest.approx(0.2, abs=0.012)
    assert found.done[1] / found.of == pytest.approx(0.1, abs=0.010)
    assert len(done) / (len(done) + failed) > 0.7  # what those would say that are done or had all their time
