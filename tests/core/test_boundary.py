"""Where a visitor's acts are cut into sessions when all of them are there at last."""

from typing import Any

import pytest

from services.core.boundary import MOST_EVENTS, Boundary
from tests.core.build import START, shop

GAP = 30 * 60 * 1000
DAY = 24 * 60 * 60 * 1000


def cut(*moments: int, **sessions: Any) -> list[int]:
    """How many acts each session has, of acts so many milliseconds after the start."""
    boundary = Boundary(shop(sessions=sessions) if sessions else shop())
    acts = [START + one for one in moments]
    return [len(part) for part in boundary.cut(acts, at_of=lambda at: at, seen_of=lambda at: "")]


def test_nothing_makes_no_session() -> None:
    assert cut() == []


@pytest.mark.parametrize(("pause", "parts"), [(GAP, [3]), (GAP + 1, [2, 1])])
def test_a_pause_longer_than_the_journeys_ends_a_session(pause: int, parts: list[int]) -> None:
    assert cut(0, 5, 5 + pause) == parts


def test_two_acts_with_a_long_pause_between_are_two_sessions() -> None:
    assert cut(0, GAP + 1) == [1, 1]


@pytest.mark.parametrize(("length", "parts"), [(DAY, [97]), (DAY + 1, [96, 1])])
def test_no_session_is_longer_than_a_day(length: int, parts: list[int]) -> None:
    assert cut(*range(0, DAY, DAY // 96), length) == parts


@pytest.mark.parametrize("apart", [0, 1000])
def test_a_session_has_so_many_events_at_most(apart: int) -> None:
    assert cut(*range(0, apart * MOST_EVENTS, apart) if apart else [0] * MOST_EVENTS) == [MOST_EVENTS]
    assert cut(*[apart * place for place in range(MOST_EVENTS + 1)]) == [MOST_EVENTS, 1]
