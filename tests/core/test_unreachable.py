"""Places that nothing enters, since their events enter places further on."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.journey import Journey, read_journey
from services.core.rulebook import Rulebook
from services.core.unreachable import unreachable
from services.edges.journey_file import shipped


def journey(*rules: Any) -> Journey:
    """Stages a, b, c … with these rules; a list is the rules of a stage's steps s1, s2, …"""
    stages = []
    for name, rule in zip("abcdefg", rules, strict=False):
        steps = [{"name": f"s{number}", "enter": one} for number, one in enumerate(rule, 1)]
        stages.append({"name": name, "steps": steps} if isinstance(rule, list) else {"name": name, "enter": rule})
    return read_journey({"journey": "shop", "stages": stages, "friction": {}})


def told(*rules: Any) -> dict[str, tuple[str, ...]]:
    return {one.place: one.taken_by for one in unreachable(journey(*rules))}


@pytest.mark.parametrize(
    ("early", "later"),
    [
        ({"event": "x"}, {"event": "x"}),
        ({"event": "x"}, {"event": ["x", "y"]}),
        ({"event": "x", "path": "/a"}, {"event": "x"}),
        ({"path": "/a/b"}, {"path": "/a/*"}),
        ({"path": "/a/**"}, {"path": ["/b", "/a/**"]}),
        ({"event": "x", "where": {"n": 1, "m": 2}}, {"event": "x", "where": {"n": 1}}),
        ({"any_of": [{"event": "x"}, {"path": "/a"}]}, {"any_of": [{"path": "/a"}, {"event": "x"}]}),
        ({"event": "x", "not": {"path": "/a"}}, {"event": "x"}),
        ({"event": "x", "all_of": [{"path": "/a"}, {"path": "/a/*"}]}, {"event": "x", "all_of": [{"path": "/a"}]}),
    ],
)
def test_a_stage_of_which_a_later_one_takes_all_events_is_never_entered(early: Any, later: Any) -> None:
    assert told(early, later) == {"a": ("b",)}


@pytest.mark.parametrize(
    ("early", "later"),
    [
        ({"event": ["x", "y"]}, {"event": "x"}),
        ({"event": "x"}, {"event": "x", "path": "/a"}),
        ({"path": "/a/*"}, {"path": "/a/b"}),
        ({"event": "x", "where": {"n": 1}}, {"event": "x", "where": {"n": 2}}),
        ({"any_of": [{"event": "x"}, {"path": "/a"}]}, {"event": "x"}),
        ({"event": "x"}, {"event": "x", "not": {"path": "/a"}}),
        ({"event": "x"}, {"event": "x", "all_of": [{"path": "/a"}]}),
        ({"event": "x"}, {"event": "x", "any_of": [{"path": "/a"}]}),
    ],
)
def test_a_stage_to_which_some_event_is_left_is_not_named(early: Any, later: Any) -> None:
    assert told(early, later) == {}


def test_several_later_places_may_take_all_of_it_together() -> None:
    assert told({"event": ["x", "y"]}, {"event": "x"}, [{"event": "z"}, {"event": "y"}]) == {"a": ("b", "c.s2")}


def test_a_step_may_be_taken_by_a_later_step_and_a_stage_is_entered_by_its_own_steps() -> None:
    assert told([{"event": "x"}, {"event": "x"}]) == {"a.s1": ("a.s2",)}
    stage = {"name": "a", "enter": {"event": "x"}, "steps": [{"name": "s1", "enter": {"event": "x"}}]}
    assert list(unreachable(read_journey({"journey": "shop", "stages": [stage]}))) == []


@pytest.mark.parametrize("name", ["shop", "saas", "bookings", "public_service"])
def test_the_ready_made_journeys_have_no_such_place(name: str) -> None:
    assert list(unreachable(shipped(name))) == []


names = st.lists(st.sampled_from("xyz"), max_size=2, unique=True)
paths = st.lists(st.sampled_from(["/a", "/a/*", "/**", "/b"]), max_size=2, unique=True)
wheres = st.sampled_from([{}, {"n": 1}, {"n": {"gt": 0}}])
plain = st.builds(lambda event, path, where: {"event": event, "path": path, "where": where}, names, paths, wheres)
simple = plain.filter(lambda one: any(one.values()))
rules = st.one_of(
    simple,
    st.lists(simple, min_size=1, max_size=3).map(lambda ones: {"any_of": ones}),
    st.builds(lambda one, other: {**one, "not": other}, simple, simple),
    st.builds(lambda one, other: {**one, "all_of": [other]}, simple, simple),
)
EVENTS = list(product("xyz", ("/a", "/a/a", "/b", ""), ({}, {"n": 0}, {"n": 1})))


@given(st.lists(st.one_of(rules, st.lists(rules, min_size=1, max_size=2)), min_size=2, max_size=4))
def test_what_is_named_no_event_enters(drawn: list[Any]) -> None:
    shop = journey(*drawn)
    book = Rulebook(shop)

    entered = [book.settle(book.plan(name, path), name, path, props).place for name, path, props in EVENTS]

    places = {name for one in entered if one is not None for name in (one.stage, one.name)}
    assert places.isdisjoint(one.place for one in unreachable(shop))
