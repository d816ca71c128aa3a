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

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from pydantic import Field

from services.api.funnel_groups import FunnelGroup, group, nobody
from services.api.funnel_path import NO_WINDOW_MS, FunnelPath, read_path
from services.api.funnel_terms import SAID_BY_EVENTS, TRENDS, FunnelTerms, FunnelTold, tolerance_ms
from services.api.kept_counts import counting, stored
from services.api.question import PREVIOUS, Asked, Row
from services.api.questions.freshness import to_millis
from services.api.sql import fragment
from services.core.duration import format_duration, millis

LONGEST_SESSION = timedelta(days=7)
"""No session of whatever version of the journey is taken to be longer."""
MOST_TIMED = 500_000
"""Sessions whose times are looked at. Of more, a share of this size has a median within 0.6 percentiles of that of all,
wherever 75,000 of the share went on (3 standard errors of a share, 3 · √(0.25 / 75,000)): docs/adr/0011."""
BINDING = {"ways_of_paths": "ways_of_moments", "all_rows": "rows_over_in_time"}
"""Fragments for where a window binds, so that it also matters when a session was at each place of its path."""
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

    all_of_them, parts = _told(asked, question, path, question.breakdown or "")
    whole = (groups(all_of_them) or [nobody(path.steps)])[0]
    trend = _told(asked, question, path, question.trend)[1] if question.trend else []
    return FunnelAnswer(
        **asked.about(),
        unit=question.unit,
        order=question.order,
        window=format_duration(question.window or asked.journey.window),
        journey_version=asked.journey.version,
        steps=whole.steps,
        overall=whole.overall,
        breakdown=groups(parts) if question.breakdown else [],
        trend=sorted(groups(trend), key=lambda one: one.value),
    )


def _told(asked: Asked, question: FunnelQuestion, path: FunnelPath, by: str) -> tuple[list[Row], list[Row]]:
    """The rows of all units, and those of each value of what they are told apart by."""
    shape = shape_of(asked, question, path, by)
    if shape.by_path:
        rows = _by_path(asked, shape)
        return [row for row in rows if row["is_whole"]], [row for row in rows if not row["is_whole"]]
    rows = shape.rows(asked, "funnel")
    return _told(asked, question, path, "")[0] if by and by not in TRENDS else rows, rows


def _by_path(asked: Asked, shape: "Shape") -> list[Row]:
    sessions = stored(asked)
    share = min(MOST_TIMED / sessions, 1) if sessions else 1
    words = {
        "between": fragment("nothing_between") if shape.parameters["order"] == "strict" else "",
        "timed": fragment("timed_share") if share < 1 else "",
    }
    by_time = shape.parameters["by"] in TRENDS
    binds = shape.may_bind and _outlast(asked, shape)
    apart = asked.told_apart_by(shape.part)
    fragments, counts = counting(apart, sessions, by_quarter=by_time, by_run=by_time, of_rows=binds)
    fragments = {**shape.fragments, **fragments, **(BINDING if binds else {})}
    shape = replace(shape, words=words, fragments=fragments)
    return shape.rows(asked, "funnel_of_paths", timed_below=f"{int(share * 16**8):08x}", **counts)


def _outlast(asked: Asked, shape: "Shape") -> bool:
    """Whether any session may outlast a window. Where rows are read in any case, that is not worth a look at them."""
    reads_rows = asked.scope.columns is None
    return reads_rows or bool(asked.rows("outlasting", binding_ms=shape.parameters["binding_ms"]))


@dataclass(frozen=True)
class Shape:
    """How a funnel is worked out: the SQL fragments that it takes, and their parameters."""

    fragments: Mapping[str, str]
    parameters: Mapping[str, object]
    part: str
    words: Mapping[str, str] = field(default_factory=dict)
    by_path: bool = False
    """Whether sessions that took the same way are followed as one."""
    may_bind: bool = False
    """Whether a window may bind: it does where any session outlasts it."""

    def rows(self, asked: Asked, question: str, **more: object) -> list[Row]:
        """Run a question's SQL in this shape."""
        return asked.told_apart_by(self.part).rows(question, self.fragments, self.words, **self.parameters, **more)


def shape_of(asked: Asked, question: FunnelQuestion, path: FunnelPath, by: str, *, one_by_one: bool = False) -> Shape:
    """Only as much is read and worked out as the question needs.

    Sessions that took the same way are followed as one, unless they are told apart by what events say.
    """
    window_ms = millis(question.window or asked.journey.window)
    binding_ms = min(window_ms, *path.windows_ms)
    by_path = question.unit == "session" and by not in SAID_BY_EVENTS and not one_by_one
    may_bind = binding_ms < millis(max(LONGEST_SESSION, asked.journey.sessions.max_length))
    tolerance = tolerance_ms(question)
    value_of_units = "value_of_time" if by in TRENDS else "value_of_cell"
    fragments = {
        "plain_chain": "chain_with_rules" if path.has_rules else "plain_chain",
        "followed": "followed_by_moments" if path.has_rules or may_bind else "followed_by_order",
        "values_of_sessions": "values_of_events" if by in SAID_BY_EVENTS else "values_of_sessions",
        "units": f"units_of_{UNITS[question.unit]}",
        "value": "value_of_part" if by_path and by not in TRENDS else value_of_units,
    }
    parameters = {
        **path.parameters,
        "unit": question.unit,
        "order": question.order,
        "window_ms": window_ms,
        "binding_ms": binding_ms,
        "compared": sorted({0, max(tolerance - 1, 0), window_ms, *path.windows_ms} - {NO_WINDOW_MS}),
        "in_sessions": int(one_by_one),
        "tolerance_ms": tolerance,
        "as_of_ms": to_millis(asked.freshness.fresh_until or asked.period.until),
        "property": question.property,
        "attribution": question.attribution,
        "by": by,
    }
    said = {"said": said_by_events(by)}
    return Shape(
        fragments, parameters, "" if by in SAID_BY_EVENTS | TRENDS else by, said, by_path=by_path, may_bind=may_bind
    )


def said_by_events(by: str) -> str:
    """What an event says of what units are told apart by, '' where it says nothing, as SQL."""
    return fragment(f"said_of_{by}").strip() if by in SAID_BY_EVENTS else "''"
