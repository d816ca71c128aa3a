"""The impact of a pain point where those who meet it are the more motivated; `bench/impact.py` tries many shops."""

import pytest

from bench.impact import COST, points
from services.edges.clickhouse import Store


def test_the_naive_sign_is_wrong_and_the_adjusted_effect_is_right(store: Store) -> None:
    found = list(points(store, shops=4, sessions=4_000, seed=2))

    assert all(one.naive is not None and one.naive < -0.1 for one in found)
    adjusted = [one.adjusted for one in found if one.adjusted]
    assert sum(one.estimate for one in adjusted) / 4 == pytest.approx(COST, rel=0.2)
    assert sum(one.low <= COST <= one.high for one in adjusted) >= 3
    assert all(one.stands for one in found)
