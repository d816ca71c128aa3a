"""Matchers: which events a rule is about."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.matcher import Matcher, reach


def matches(matcher: dict[str, Any], name: str = "view", path: str = "/gifts/42", **props: Any) -> bool | None:
    return Matcher.model_validate(matcher).matches(name, path, props)


@pytest.mark.parametrize(
    ("matcher", "expected"),
    [
        ({"event": "view"}, True),
        ({"event": ["add", "view"]}, True),
        ({"event": "add"}, False),
        ({"path": "/gifts/*"}, True),
        ({"path": "/*"}, False),
        ({"path": "/**"}, True),
        ({"path": "/gifts/42/"}, True),
        ({"path": "/gifts/4?"}, True),
        ({"path": ["/a", "/gifts/**"]}, True),
        ({"event": "view", "path": "/a"}, False),
        ({"any_of": [{"event": "add"}, {"path": "/gifts/**"}]}, True),
        ({"all_of": [{"event": "view"}, {"path": "/a"}]}, False),
        ({"not": {"event": "add"}}, True),
        ({"event": "view", "not": {"path": "/gifts/**"}}, False),
    ],
)
def test_name_and_path(matcher: dict[str, Any], expected: bool) -> None:
    assert matches(matcher) is expected


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ("gift", "Gift", True),
        ({"contains": "GIFT"}, "a gift for mum", True),
        ({"contains": "gift"}, 3, False),
        ({"gt": 10}, 11, True),
        ({"gt": 10}, 10, False),
        ({"gt": 10, "lt": 20}, 20, False),
        ({"gt": 10}, "11", False),
        ({"gt": 0}, True, False),
        ({"in": ["a", "b"]}, "B", True),
        ({"exists": True}, 0, True),
        ({"exists": True}, None, False),
        ({"exists": False}, None, True),
        ({"exists": False}, "x", False),
        ({"contains": "x"}, None, False),
    ],
)
def test_properties(condition: Any, value: Any, expected: bool) -> None:
    assert matches({"where": {"q": condition}}, q=value) is expected


def test_a_trailing_slash_makes_no_difference() -> None:
    assert matches({"path": "/gifts/42"}, path="/gifts/42/") is True


def test_a_rule_reads_what_it_must_not_find_too() -> None:
    rule = Matcher.model_validate({"event": "view", "not": {"any_of": [{"where": {"test": True, "order.id": 1}}]}})

    assert rule.reads() == {"test", "order"}


def test_a_dotted_key_reaches_into_objects() -> None:
    assert matches({"where": {"product.brand": "acme"}}, product={"brand": "acme"})


def test_without_properties_a_rule_is_decided_as_far_as_it_can_be() -> None:
    on_a_page = Matcher.model_validate({"path": "/gifts/**", "where": {"q": "gift"}})

    assert on_a_page.matches("view", "/toys", None) is False
    assert on_a_page.matches("view", "/gifts/1", None) is None
    either = Matcher.model_validate({"any_of": [{"event": "view"}, {"where": {"q": "gift"}}]})
    assert either.matches("view", "/", None) is True
    both = Matcher.model_validate({"all_of": [{"where": {"q": "gift"}}, {"event": "add"}]})
    assert both.matches("view", "/", None) is False
    never = Matcher.model_validate({"not": {"where": {"q": "gift"}}})
    assert never.matches("view", "/", None) is None


def plainly(matcher: Matcher, name: str, path: str, props: dict[str, Any]) -> bool:
    """What matches, by the definition alone: paths here have no wildcards."""
    return (
        (not matcher.event or name in matcher.event)
        and (not matcher.path or path in matcher.path)
        and all(plainly(one, name, path, props) for one in matcher.all_of)
        and (not matcher.any_of or any(plainly(one, name, path, props) for one in matcher.any_of))
        and (matcher.none_of is None or not plainly(matcher.none_of, name, path, props))
        and all(condition.holds(reach(props, key)) for key, condition in matcher.where.items())
    )


NAMES, PATHS, PROPS = st.sampled_from(["view", "add"]), st.sampled_from(["/a", "/b"]), st.sampled_from("pq")
PLAIN = st.one_of(
    st.builds(lambda name: {"event": name}, NAMES),
    st.builds(lambda path: {"path": path}, PATHS),
    st.builds(lambda where: {"where": where}, st.dictionaries(PROPS, st.booleans(), min_size=1)),
)
MATCHERS = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.builds(lambda one, other: {**one, **other}, inner, PLAIN),
        st.builds(lambda some: {"any_of": some}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda some: {"all_of": some}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda one: {"not": one}, inner),
    ),
    max_leaves=6,
).map(Matcher.model_validate)


@given(MATCHERS, NAMES, PATHS, st.dictionaries(PROPS, st.booleans()))
def test_what_is_left_to_ask_gives_what_the_whole_matcher_means(
    matcher: Matcher, name: str, path: str, props: dict[str, bool]
) -> None:
    expected = plainly(matcher, name, path, props)

    assert matcher.matches(name, path, props) is expected
    assert matcher.matches(name, path, None) in {expected, None}


def test_an_empty_matcher_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="would match every event"):
        Matcher.model_validate({})
