"""Rules of a journey file in words."""

import pytest

from services.api.reason import in_words, reason_named
from services.core.journey import read_journey
from services.core.matcher import Matcher
from tests.api.shop import JOURNEY

GIFTS = read_journey(
    {
        **JOURNEY.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "jobs": [
            {
                "name": "gift",
                "when": "I am invited", "want": "find something fitting", "so_that": "my friend feels seen",
                "evidence": [
                    {"match": {"event": "Products Searched", "where": {"query": {"contains": "gift"}}}, "weight": 2},
                    {"match": {"path": "/gifts/**"}, "weight": 1},
                ],
                "circumstances": [{"device": "mobile", "hours": "18-22", "weight": 0.7}],
                "outcome": {"event": "Order Completed"},
            }
        ],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("gift/1", "“Products Searched” where query contains “gift”"),
        ("gift/2", "on “/gifts/**”"),
        ("gift/when/1", "on “mobile”, between 18 and 22 o'clock"),
        ("gift/stated", "they said so themselves"),
        ("gift/9", ""),
        ("gift/when/2", ""),
        ("gone/1", ""),
        ("gift", ""),
    ],
)
def test_a_rule_is_told_by_its_name_and_nothing_of_one_that_is_gone(rule: str, words: str) -> None:
    assert reason_named(GIFTS, rule) == words


@pytest.mark.parametrize(
    ("matcher", "words"),
    [
        ({"event": ["a", "b"]}, "“a” or “b”"),
        ({"any_of": [{"event": "a"}, {"path": "/x"}]}, "(“a” or on “/x”)"),
        ({"all_of": [{"event": "a"}, {"path": "/x"}]}, "“a” and on “/x”"),
        ({"event": "a", "not": {"path": "/x"}}, "“a” but not on “/x”"),
        ({"where": {"n": {"gt": 2, "lt": 5}}}, "where n is above 2 and is below 5"),
        ({"where": {"m": {"exists": False}}}, "where m is not there"),
        ({"where": {"n": {"in": ["x", 1, True]}, "m": 3}}, "where n is “x” or 1 or true and m is 3"),
    ],
)  # fmt: skip
def test_every_kind_of_matcher_has_words(matcher: dict[str, object], words: str) -> None:
    assert in_words(Matcher.model_validate(matcher)) == words
