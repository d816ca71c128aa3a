"""Token buckets: so much in the long run, ten seconds' worth at once."""

import pytest

from services.ingest.buckets import BURST_SECONDS, Buckets


def taken(buckets: Buckets, until: float, rate: float, tokens: int = 1, step: float = 0.01) -> int:
    """How much is taken by one who asks a hundred times a second."""
    count, now = 0, 0.0
    while now < until:
        if not buckets.wait("a", now):
            buckets.take("a", tokens, rate, now)
            count += tokens
        now += step
    return count


@pytest.mark.parametrize("tokens", [1, 7])
def test_what_is_taken_in_the_long_run_is_the_rate_and_the_burst(tokens: int) -> None:
    count = taken(Buckets(), until=100, rate=20, tokens=tokens)

    assert count == pytest.approx(20 * (100 + BURST_SECONDS), abs=2 * tokens)


def test_who_waits_as_told_is_let_through() -> None:
    buckets = Buckets()
    buckets.take("a", 500, rate=10, now=100)

    wait = buckets.wait("a", now=100)

    assert wait == 500 / 10 - BURST_SECONDS
    assert buckets.wait("a", now=100 + wait) == 0


def test_a_batch_larger_than_a_bucket_passes_once_and_is_paid_off() -> None:
    buckets = Buckets()

    assert buckets.wait("a", now=0) == 0
    buckets.take("a", 500, rate=1, now=0)

    assert buckets.wait("a", now=0) == 490


def test_one_bucket_says_nothing_of_another() -> None:
    buckets = Buckets()
    buckets.take("a", 1000, rate=1, now=0)

    assert buckets.wait("b", now=0) == 0


def test_names_that_are_made_up_do_not_fill_the_memory_nor_free_who_is_held() -> None:
    buckets = Buckets(most=1000)

    for number in range(50_000):
        buckets.take("flood", 1, rate=1, now=number / 1000)
        buckets.take(f"made up {number}", 5, rate=1, now=number / 1000)

    assert len(buckets) <= 1000
    assert buckets.wait("flood", now=50) > 0
