"""How many go on from step to step of the journey, how many drop off, and how long it takes.

A unit (a session, or a person over the window) reaches step 1 at the first event that fits it; then
- ordered: step k+1 at or after the moment of step k. With `same_second=either` an event less than one second
  before it counts as at that moment, since most clients round to seconds; with `event_id` it does not.
- strict: as ordered by event id, and nothing else of the journey lies between the two.
- any: all of the first k steps, in whatever order.
All of them within the window, and each step within its own window of the step before it that was taken.
An exclusion ends a chain: it keeps the steps that it has reached, and the unit may begin anew. An optional step may
be left out. Of several chains the one that gets furthest counts, of these the first to get there.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pydantic import Field

from services.api.funnel_groups import FunnelGroup, group, nobody
from services.api.funnel_path import NO_WINDOW_MS, FunnelPath, read_path
from services.api.funnel_shape import Shape, said_by_events, share_timed
from services.api.funnel_terms import SAID_BY_EVENTS, TRENDS, FunnelTerms, FunnelTold, tolerance_ms
from services.api.kept_counts import OF_ROWS, counting, stored
from services.api.question import PREVIOUS, Asked, Row
from services.api.questions.freshness import to_millis
from services.api.sql import fragment
from services.api.window import NO_WINDOWS, Windows
from services.core.duration import format_duration, millis

LONGEST_SESSION = timedelta(days=7)
"""No session of whatever version of the journey is taken to be longer."""
UNITS = {"session": "rows", "person": "people"}


class FunnelQuestion(FunnelTerms):
    """Which funnel."""

    steps: str = Field(
        "",
        max_length=2_000,
        description="Stages or `stage.step`s, separated by commas. Default: the journey's stages.",
        examples=["browse,checkout.payment,bought"],
    )
    exclude: str = Field(
        "",
        max_length=2_000,
        description="Stages or `stage.step`s, separated by commas, that take a unit out of the steps after them.",
    )


class FunnelAnswer(FunnelTold):
    """A funnel."""

    journey_version: str = Field(examples=["9d0c3f1a2b4e"])
    previous: "FunnelAnswer | None" = PREVIOUS


def ask_funnel(asked: Asked, question: FunnelQuestion) -> FunnelAnswer:
    """How many go on from step to step of the journey, how many drop off, and how long it takes."""
    path = read_path(asked.journey, question, question.steps, question.exclude)

    def groups(rows: list[Row]) -> list[FunnelGroup]:
        return group(path.steps, path.following, rows)

    by = question.breakdown or question.trend or ""
    all_of_them, parts = _told(asked, question, path, by)
    if all_of_them is None:
        all_of_them = _told(asked, question, path, "")[1] if by else parts
    whole = (groups(all_of_them) or [nobody(path.steps)])[0]
    trend = _told(asked, question, path, question.trend)[1] if question.breakdown and question.trend else parts
    return FunnelAnswer(
        **asked.about(),
        unit=question.unit,
        order=question.order,
        window=format_duration(question.window or asked.journey.window),
        journey_version=asked.journey.version,
        steps=whole.steps,
        overall=whole.overall,
        breakdown=groups(parts) if question.breakdown else [],
        trend=sorted(groups(trend), key=lambda one: one.value) if question.trend else [],
    )


def _told(asked: Asked, question: FunnelQuestion, path: FunnelPath, by: str) -> tuple[list[Row] | None, list[Row]]:
    """The rows of all units, None where they must be asked for apart, and those of each value of what these are told
    apart by.
    """
    shape = shape_of(asked, question, path, by)
    if shape.by_path:
        rows = _by_path(asked, shape)
        return [row for row in rows if row["is_whole"] or not by], [row for row in rows if not row["is_whole"]]
    if shape.by_path_said and not _outlast(asked, shape.windows):
        return None, _by_path_said(asked, shape)
    if question.unit == "person":
        return None, _by_person(asked, shape, sorted(windows_of(asked, question, path)))
    return None, shape.rows(asked, "funnel")


def _by_person(asked: Asked, shape: Shape, windows: Sequence[int]) -> list[Row]:
    """Of very many, people that fare alike are followed as one, and a share of them is timed: docs/adr/0026."""
    share = share_timed(stored(asked))
    by = shape.parameters["by"]
    if share == 1 or by in SAID_BY_EVENTS:
        return shape.rows(asked, "funnel")
    words = {
        **shape.words,
        "chosen": fragment("people_chosen"),
        "bucket": fragment("value_of_time").strip() if by in TRENDS else "''",
    }
    alike = replace(shape, words=words, fragments={**shape.fragments, "units": "units_of_people_alike"})
    return alike.rows(asked, "funnel_of_people", timed_below=int(share * 2**64), windows=windows, binding_ms=windows[0])


def _by_path(asked: Asked, shape: Shape) -> list[Row]:
    sessions = stored(asked)
    by_time = shape.parameters["by"] in TRENDS
    windows = shape.windows if _outlast(asked, shape.windows) else NO_WINDOWS
    apart = asked.told_apart_by(shape.part)
    fragments, counts = counting(apart, sessions, by_quarter=by_time, by_run=by_time, windows=windows)
    words = {"sets": "GROUPING SETS ((value, k), (k))" if shape.parameters["by"] else "value, k", **windows.words}
    return shape.rows_of_ways(asked, "funnel_of_paths", sessions, fragments, words, **counts)


def _by_path_said(asked: Asked, shape: Shape) -> list[Row]:
    """Told apart by what events say: as many ways as there are of saying it along a path."""
    fragments = {"scoped_sessions": "scoped_sessions_by_said"}
    return shape.rows_of_ways(asked, "funnel_by_said", stored(asked), fragments, {}, **OF_ROWS)


def _outlast(asked: Asked, windows: Windows) -> bool:
    """Whether any session may outlast a window. Where rows are read in any case, that is not worth a look at them."""
    if not windows.lengths_ms or asked.scope.columns is None:
        return bool(windows.lengths_ms)
    return bool(asked.rows("outlasting", **windows.parameters))


def shape_of(asked: Asked, question: FunnelQuestion, path: FunnelPath, by: str, *, one_by_one: bool = False) -> Shape:
    """Only as much is read and worked out as the question needs.

    Sessions that took the same way are followed as one, unless they are told apart by what events say.
    """
    window_ms = millis(question.window or asked.journey.window)
    longest_ms = millis(max(LONGEST_SESSION, asked.journey.sessions.max_length))
    windows = Windows(sorted(one for one in windows_of(asked, question, path) if one < longest_ms))
    follows_ways = question.unit == "session" and not one_by_one
    by_path = follows_ways and by not in SAID_BY_EVENTS
    by_path_said = follows_ways and by in SAID_BY_EVENTS and not path.has_rules
    value_of_units = "value_of_time" if by in TRENDS else "value_of_cell"
    fragments = {
        "plain_chain": "chain_with_rules" if path.has_rules else "plain_chain",
        "followed": "followed_by_moments" if path.has_rules or windows.lengths_ms else "followed_by_order",
        "values_of_sessions": "values_of_events" if by in SAID_BY_EVENTS else "values_of_sessions",
        "units": f"units_of_{UNITS[question.unit]}",
        "likeness": "like_in_runs" if path.has_rules or question.order == "strict" else "like_in_steps",
        "value": "value_of_part" if by_path and by not in TRENDS else value_of_units,
    }
    parameters = {
        **path.parameters,
        "unit": question.unit,
        "order": question.order,
        "window_ms": window_ms,
        "in_sessions": int(one_by_one),
        "tolerance_ms": tolerance_ms(question),
        "as_of_ms": to_millis(asked.freshness.fresh_until or asked.period.until),
        "property": question.property,
        "attribution": question.attribution,
        "by": by,
    }
    said = {"said": said_by_events(by)}
    part = "" if by in SAID_BY_EVENTS | TRENDS else by
    return Shape(fragments, parameters, part, said, by_path=by_path, windows=windows, by_path_said=by_path_said)


def windows_of(asked: Asked, question: FunnelQuestion, path: FunnelPath) -> set[int]:
    """The longest times that are asked for, from step to step and in all, in milliseconds."""
    return {millis(question.window or asked.journey.window), *path.windows_ms} - {NO_WINDOW_MS}
