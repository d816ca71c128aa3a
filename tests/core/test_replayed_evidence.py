"""Replaying only the evidence of a label gives the same label, whatever the journey and whatever the session."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.event import Event, Millis
from services.core.journey import Journey
from services.core.matcher import Condition, Matcher
from services.core.rows import SessionRow
from services.core.weighing import STATED
from services.edges.journey_file import shipped
from tests.core.build import START, closed, encode, event, pipeline, shop
from tests.core.test_journey import GIFT

CIRCUMSTANCES: list[dict[str, Any]] = [
    {"device": "mobile"},
    {"device": "desktop", "visitor": "new"},
    {"hours": "0-12"},
    {"referrer": {"contains": "mail"}},
]
SITUATED = [
    {**GIFT, "name": f"gift_{number}", "circumstances": [{**one, "weight": 2}]}
    for number, one in enumerate(CIRCUMSTANCES)
]
JOURNEYS = [
    *(shipped(name) for name in ("shop", "saas", "bookings", "public_service")),
    shop(jobs=SITUATED),
]
MINUTE = 60_000
MIDNIGHT = START - START % (24 * 60 * MINUTE)
PLACES = st.sampled_from(["", "/", "/pricing", "/gifts/7", "/apply", "/status/1", "/rooms/2", "/nowhere"])
CONTEXTS: list[dict[str, Any]] = [{}, {"device": {"type": "mobile"}}, {"device": {"type": "desktop"}}]
REFERRERS = st.sampled_from(["", "https://mail.example.com/", "https://www.google.com/"])


def examples(journey: Journey) -> list[tuple[str, dict[str, Any]]]:
    """Events, by name and properties, that mean something to a journey, and some that mean nothing."""
    matchers = [matcher for job in journey.jobs for matcher in (*(one.match for one in job.evidence), job.outcome)]
    matchers += [stage.enter for stage in journey.stages] + [step.enter for one in journey.stages for step in one.steps]
    told = [example for matcher in matchers if matcher is not None for example in shown(matcher)]
    said: list[dict[str, Any]] = [{"job": job} for job in [*(job.name for job in journey.jobs), "unassigned", "other"]]
    surroundings: list[dict[str, Any]] = [{"returning": True}, {"session_number": 1}, {}]
    return [*told, *((STATED, one) for one in said), *(("page", one) for one in surroundings)]


def shown(matcher: Matcher) -> Iterator[tuple[str, dict[str, Any]]]:
    """Events that meet at least a part of a matcher."""
    for inner in (*matcher.any_of, *matcher.all_of):
        yield from shown(inner)
    props = {key: value_for(condition) for key, condition in matcher.where.items()}
    for name in matcher.event or ("page",):
        yield name, props
        yield name, {}


def value_for(condition: Condition) -> Any:
    """A value that satisfies a condition of the kinds that the ready-made journeys have."""
    return condition.equals or condition.contains or (condition.lt or 1) - 1


def paths(journey: Journey) -> list[str]:
    """Paths that a journey's globs are about."""
    globs = [glob for job in journey.jobs for one in job.evidence for glob in globs_of(one.match)]
    return [glob.replace("**", "x").replace("*", "y").replace("//", "/") for glob in globs]


def globs_of(matcher: Matcher) -> list[str]:
    return [*matcher.path, *(glob for inner in (*matcher.any_of, *matcher.all_of) for glob in globs_of(inner))]


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Journey, list[Event]]:
    """A journey, and the events of one session of it, at any hour of any day, over up to three hours."""
    journey = draw(st.sampled_from(JOURNEYS))
    # Often shortly before an hour at which something begins to hold.
    begun = MIDNIGHT + draw(st.integers(1, 7 * 24)) * 60 * MINUTE - draw(st.integers(0, 40)) * MINUTE
    known, about = examples(journey), paths(journey)
    events, at = [], begun
    for number in range(draw(st.integers(1, 20))):
        at += draw(st.integers(0, 9)) * MINUTE
        name, props = draw(st.sampled_from(known))
        one = event(
            f"0 {name.split()[0]}",
            id=f"{number:02}",
            path=draw(st.one_of(PLACES, st.sampled_from(about))),
            referrer=draw(REFERRERS),
            context=msgspec.Raw(msgspec.json.encode(draw(st.sampled_from(CONTEXTS)))),
            props=msgspec.Raw(msgspec.json.encode(props)),
        )
        events.append(msgspec.structs.replace(one, name=name, occurred_at=Millis(at), received_at=Millis(at)))
    return journey, events


def judged(journey: Journey, events: list[Event]) -> SessionRow:
    """The one session of these events; its evidence alone may lie hours apart and is one session all the same."""
    patient = journey.model_copy(
        update={"sessions": journey.sessions.model_copy(update={"inactivity": journey.sessions.max_length})}
    )
    made = pipeline(patient)
    made.feed(0, encode(events), now=START)
    (row,) = closed(made)[0]
    return row


@given(sessions())
def test_replaying_only_the_evidence_gives_the_same_label(session: tuple[Journey, list[Event]]) -> None:
    journey, events = session
    row = judged(journey, events)
    evidence = [one for one in events if one.id in row.job_evidence]

    if not evidence:
        sure = journey.unassigned / (journey.unassigned + sum(job.prior for job in journey.jobs))
        assert (row.job, row.job_changes) == ("unassigned", [])
        assert row.job_confidence == pytest.approx(sure, abs=1e-4)
        return
    again = judged(journey, evidence)

    assert (again.job, again.job_confidence) == (row.job, row.job_confidence)
    assert (again.job_rules, again.job_evidence) == (row.job_rules, row.job_evidence)


@given(sessions())
def test_the_event_that_entered_a_place_alone_gives_place_and_rule_again(session: tuple[Journey, list[Event]]) -> None:
    journey, events = session
    known = {one.id: one for one in events}
    row = judged(journey, events)

    for here in zip(row.path_event, row.path_stage, row.path_step, row.path_rule, strict=True):
        again = judged(journey, [known[here[0]]])

        assert [*zip(again.path_event, again.path_stage, again.path_step, again.path_rule, strict=True)] == [here]
        assert again.journey_version == row.journey_version


@given(sessions())
def test_the_events_that_entered_alone_give_the_path_and_the_stage_again(session: tuple[Journey, list[Event]]) -> None:
    journey, events = session
    row = judged(journey, events)

    entering = [one for one in events if one.id in row.path_event]
    again = (
        judged(journey, entering) if entering else SessionRow(project="", opened_on="", id="", partition=0, version=0)
    )

    assert way(again) == way(row)


def way(row: SessionRow) -> tuple[object, ...]:
    return row.stage, row.step, row.path_stage, row.path_step, row.path_event, row.path_rule, row.path_started_at


@given(sessions())
def test_the_changes_end_where_the_label_is(session: tuple[Journey, list[Event]]) -> None:
    row = judged(*session)

    changes = [*row.job_changes, row.job]

    assert changes[0] == "unassigned"
    assert all(before != after for before, after in pairwise(changes))


@given(sessions())
def test_the_last_thing_said_is_the_label(session: tuple[Journey, list[Event]]) -> None:
    journey, events = session
    row = judged(journey, events)
    known = {*(job.name for job in journey.jobs), "unassigned"}
    said = [job for one in events if one.name == STATED and (job := msgspec.json.decode(one.props)["job"]) in known]

    assert not said or row.job == said[-1]
