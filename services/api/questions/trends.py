"""How a share goes over time, what was noted meanwhile, and whether it was another before each note than after."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from services.api.annotation import Annotation, annotations
from services.api.estimate import Estimate
from services.api.impact import Group, adjusted_difference
from services.api.journey_places import place_named, places_of
from services.api.kept_counts import counting, stored
from services.api.question import BY_VALUE, PREVIOUS, Apart, Asked, DividedAnswer, Divisible, Row
from services.api.questions.jobs import attempts_of
from services.api.share import Share
from services.api.trend_lines import lines_of

AROUND = timedelta(days=28)

Metric = Literal[
    "sessions", "visitors", "value", "success", "attempts", "effort", "seconds_to_done", "conversion", "drop_offs",
    "friction",
]  # fmt: skip
OF_ATTEMPTS = frozenset({"attempts", "effort", "seconds_to_done"})
OF_COUNTS = {
    "conversion": ("entry > 0", "gets_there"),
    "drop_offs": ("entry > 0 AND NOT is_open", "ends_here AND NOT gets_done AND NOT got_done"),
    "sessions": ("true", "gets_done OR got_done"),
    "success": ("true", "got_done"),
}
"""Metrics that counts by path tell (trends_of_counts.sql): of which sessions, and what must be so of them."""
AMOUNTS = frozenset({"value", "effort", "seconds_to_done"})
Bucket = Literal["hour", "day", "week", "month"]


class TrendsQuestion(Divisible):
    """Of what."""

    metric: Metric = Field(
        "conversion",
        description="conversion: came to `goal` at or after `at`; drop_offs: ended at `at`; friction: met at `at` (a "
        "pain point with `detector`, `page` and `element`); success: got their job done, of those with one; sessions: "
        "got done, of all; visitors: the same of visitors, each once a bucket; value: the same with what it was worth; "
        "attempts: got done, of attempts at a job whose window is over, by when they began (others: in progress); "
        "effort and seconds_to_done: the same with the moves, or the seconds, of those that got done.",
    )
    at: str = Field(
        "", max_length=200, description="A stage or `stage.step`. Default: the first stage.", examples=["checkout"]
    )
    goal: str = Field(
        "", max_length=200, description="A stage or `stage.step`. Default: the last stage.", examples=["bought"]
    )
    detector: str = Field("", max_length=200, description="Of friction: what found it. Default: any, none intended.")
    page: str = Field("", max_length=2_000, description="Of friction: on this page.", examples=["/checkout/payment"])
    element: str = Field("", max_length=2_000, description="Of friction: at this element.", examples=["#coupon"])
    bucket: Bucket = Field("day", description="In `tz`.")
    by: Apart | None = Field(None, description="A line for each value of this.")


class Point(BaseModel):
    """One bucket of one line."""

    line: str = Field(description="The value of `by`; empty without.", examples=["mobile"])
    begins: datetime | date = Field(
        description="The bucket's first day, or where it is an hour its begin, with the offset of `tz` then.",
        examples=["2026-11-02"],
    )
    sessions: int = Field(description="Of which it is told: sessions, else visitors or attempts, as the metric says.")
    happened: int
    in_progress: int = Field(
        description="Attempts that began then and are not told, also where they got done, since their window is not "
        "over: of the others only the quick would be known. 0 for sessions and visitors."
    )
    share: Share | None = Field(description="Null where all are in progress.")
    total: float | None = Field(
        description="What those amount to in which it happened, for value, effort and seconds_to_done; values are "
        "added as they are, whatever their currency."
    )
    median: float | None = Field(description="Of the same; null where there are none.")


class Effect(BaseModel):
    """What was noted, and the share around it."""

    annotation: Annotation
    before: Share | None = Field(description="Up to 28 days before its day, within the period; null without sessions.")
    after: Share | None = Field(description="The same from the day after it on.")
    rose_by: Estimate | None = Field(
        description="After less before, weekday by weekday (Mantel-Haenszel), with its 95 % interval; null where fewer "
        "than 30 sessions a side can be compared. What else changed then, changed too."
    )


class TrendsAnswer(DividedAnswer):
    """The lines, oldest bucket first, and the notes."""

    journey_version: str
    metric: Metric
    bucket: Bucket
    decided_before: datetime | None = Field(
        description="Attempts that began later are in progress: the journey's window before the events that are known. "
        "Null where it is not told of attempts."
    )
    points: list[Point]
    notes: list[Effect] = Field(description="Annotations that touch the period, oldest first.")
    previous: "TrendsAnswer | None" = PREVIOUS
    by_value: "Mapping[str, TrendsAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = Point

    def rows(self) -> Sequence[BaseModel]:
        return self.points


def ask_trends(asked: Asked, question: TrendsQuestion) -> TrendsAnswer:
    """How conversion, success, effort, value, drop-offs or friction go over time, and before and after each note."""
    rows = counted(asked, question, question.bucket)
    noted = annotations(asked.store, asked.project, asked.period)
    daily = counted(asked, question, "day") if noted and question.bucket != "day" else rows
    return TrendsAnswer(
        **asked.about(),
        journey_version=asked.journey.version,
        metric=question.metric,
        bucket=question.bucket,
        decided_before=decided_before(asked) if question.metric in OF_ATTEMPTS else None,
        points=[point(row, question.metric, ZoneInfo(asked.tz)) for row in rows],
        notes=[effect(one, daily, ZoneInfo(asked.tz)) for one in noted],
    )


def counted(asked: Asked, question: TrendsQuestion, bucket: str) -> list[Row]:
    """Sessions by bucket and line."""
    places = places_of(asked.journey)
    parameters = {
        "metric": question.metric,
        "bucket": bucket,
        "at": place_named(asked.journey, question.at, "at") if question.at else places[0],
        "goal": place_named(asked.journey, question.goal, "goal") if question.goal else asked.journey.stages[-1].name,
    }
    if question.metric in OF_COUNTS:
        return of_counts(asked, question, parameters)
    lines = lines_of(asked, question.by or "")
    what = {"told_value": "told_attempts" if question.metric in OF_ATTEMPTS else f"told_{question.metric}"}
    return lines.asked.rows(
        "trends",
        {**what, **lines.fragments},
        lines.words,
        **attempts_of(asked),
        **parameters,
        detector=question.detector,
        page=question.page,
        element=question.element,
    )


def of_counts(asked: Asked, question: TrendsQuestion, parameters: Mapping[str, object]) -> list[Row]:
    """Sessions by bucket and line, where counts by path tell."""
    by = question.by or ""
    is_told, is_so = OF_COUNTS[question.metric]
    if question.metric == "success" and not asked.scope.apart and by in {"", "job"}:
        is_told = "part NOT IN ('', 'unassigned')"  # which counts by job tell
        lines = lines_of(asked, "job")
        lines = lines if by else lines.as_one()
    else:
        lines = lines_of(asked.of_a_job() if question.metric == "success" else asked, by)
    fragments, counts = counting(lines.asked, stored(asked) if lines.by_one else 0, by_quarter=True, by_outcome=True)
    words = {"is_told": is_told, "is_so": is_so, **lines.words}
    return lines.asked.rows("trends_of_counts", {**fragments, **lines.fragments}, words, **parameters, **counts)


def decided_before(asked: Asked) -> datetime:
    """From when on attempts have not had the journey's window yet."""
    return (asked.freshness.fresh_until or asked.period.until) - asked.journey.window


def point(row: Row, metric: Metric, zone: ZoneInfo) -> Point:
    is_amount, some = metric in AMOUNTS, row["happened"] > 0
    return Point(
        line=row["line"],
        begins=datetime.fromtimestamp(row["hour"], zone) if row["hour"] else row["begins"],
        sessions=row["sessions"],
        happened=row["happened"],
        in_progress=row["in_progress"],
        share=Share.of(row["happened"], row["sessions"]) if row["sessions"] else None,
        total=row["total"] if is_amount else None,
        median=row["median"] if is_amount and some else None,
    )


def effect(noted: Annotation, daily: Sequence[Row], zone: ZoneInfo) -> Effect:
    """The share before and after the day of a note; its own day is of both and so of neither."""
    day = noted.at.astimezone(zone).date()
    before = [row for row in daily if timedelta() < day - row["begins"] <= AROUND]
    after = [row for row in daily if timedelta() < row["begins"] - day <= AROUND]
    rose = adjusted_difference(by_weekday(before), by_weekday(after))
    return Effect(
        annotation=noted, before=share(before), after=share(after), rose_by=Estimate.of(rose) if rose else None
    )


def by_weekday(rows: Sequence[Row]) -> Group:
    """Sessions by the day of the week."""
    sessions: dict[str, int] = {}
    happened: dict[str, int] = {}
    for row in rows:
        weekday = str(row["begins"].weekday())
        sessions[weekday] = sessions.get(weekday, 0) + row["sessions"]
        happened[weekday] = happened.get(weekday, 0) + row["happened"]
    return Group(sessions, happened)


def share(rows: Sequence[Row]) -> Share | None:
    sessions = sum(row["sessions"] for row in rows)
    return Share.of(sum(row["happened"] for row in rows), sessions) if sessions else None
