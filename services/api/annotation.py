"""What a team notes beside the numbers: releases, campaigns, and fixes of pain points. Stored, listed, taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.api.journey_places import places_of
from services.api.period import Moment, Period
from services.api.problem import Refusal
from services.api.questions.freshness import from_millis, to_millis
from services.api.sql import sql
from services.api.stored_journey import stored_journey
from services.core.detectors import DETECTORS
from services.core.event import Millis
from services.core.finding import hashed_id
from services.core.journey import Journey
from services.core.rows import Row
from services.edges.clickhouse import Store

Kind = Literal["release", "campaign", "fix", "note"]
MOST = 10_000


def _without_control(text: str) -> str:
    if not text.isprintable():
        raise ValueError("may hold only characters that can be printed")
    return text


Text = Annotated[str, AfterValidator(_without_control)]


class AnnotationRow(Row):
    """One annotation as stored. The key is (project, id)."""

    project: str
    id: str
    version: int
    kind: str = ""
    at: Millis = msgspec.field(name="at_ms", default=0)
    until: Millis = msgspec.field(name="until_ms", default=0)  # 0: a moment
    title: str = ""
    detail: str = ""
    detector: str = ""
    stage: str = ""
    step: str = ""
    page: str = ""
    element: str = ""
    is_deleted: int = 0


class Note(BaseModel):
    """What is to be noted."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field(examples=["release"])
    at: Moment = Field(description="When it happened, or began.", examples=["2026-11-03T09:00:00Z"])
    until: Moment | None = Field(None, description="When it ended, as of a campaign.")
    title: Text = Field(min_length=1, max_length=200, examples=["2.4: new coupon field"])
    detail: Text = Field("", max_length=2_000)
    detector: Text = Field("", max_length=200, description="Of a fix: what it mends.", examples=["rage_click"])
    stage: Text = Field("", max_length=200, description="Of a fix: where.", examples=["checkout"])
    step: Text = Field("", max_length=200, examples=["payment"])
    page: Text = Field("", max_length=2_000, examples=["/checkout/payment"])
    element: Text = Field("", max_length=2_000, examples=["#coupon"])

    @model_validator(mode="after")
    def _holds_together(self) -> "Note":
        if self.until is not None and self.until < self.at:
            raise ValueError("`until` must not be before `at`")
        if (self.kind == "fix") != bool(self.detector):
            raise ValueError("a fix names the `detector` of the pain point that it mends, and nothing else does")
        return self


class Annotation(Note):
    """What was noted."""

    id: str = Field(description="For taking it back.", examples=["9b1f0c2d"])

    def mends(self, place: tuple[str, str, str, str, str]) -> bool:
        """Is it a fix of the pain point at this detector, stage, step, page, element? What it leaves open fits any."""
        own = (self.detector, self.stage, self.step, self.page, self.element)
        return self.kind == "fix" and all(mine in {"", other} for mine, other in zip(own, place, strict=True))


def annotate(store: Store, project: str, note: Note, now: datetime) -> Annotation:
    """Store a note. Its id is a hash of what it says, so noting the same twice notes it once.

    A Refusal for the fix of what can never be found: no session would ever say whether it helped.
    """
    if note.kind == "fix":
        _check_fix(note, stored_journey(store))
    one = Annotation(id=hashed_id(project, note.model_dump_json())[:16], **note.model_dump())
    row = AnnotationRow(
        project=project,
        version=to_millis(now),
        at=to_millis(note.at),
        until=to_millis(note.until) if note.until else 0,
        **one.model_dump(exclude={"at", "until"}),
    )
    store.insert("annotations", [row])
    return one


def _check_fix(note: Note, journey: Journey) -> None:
    if note.detector not in DETECTORS:
        known = ", ".join(DETECTORS)
        raise Refusal(422, f"There is no detector {note.detector!r}; write one of {known}.", pointer="/body/detector")
    places = [(stage.name, step) for stage in journey.stages for step in ("", *(one.name for one in stage.steps))]
    if not any(note.stage in {"", stage} and note.step in {"", step} for stage, step in places):
        raise Refusal(
            422,
            f"The journey has no place {'.'.join(filter(None, (note.stage, note.step)))!r}; "
            f"write one of {', '.join(places_of(journey))}.",
            pointer="/body/stage",
        )


def take_back(store: Store, project: str, annotation_id: str, now: datetime) -> None:
    """Delete an annotation; a Refusal where the project has none of this id."""
    known = store.query(sql("annotation"), {"project": project, "id": annotation_id})
    if not known:
        raise Refusal(404, "This project has no such annotation.", pointer="/path/id")
    version = max(to_millis(now), known[0]["version"] + 1)
    store.insert("annotations", [AnnotationRow(project=project, id=annotation_id, version=version, is_deleted=1)])


def annotations(store: Store, project: str, period: Period | None = None) -> Sequence[Annotation]:
    """A project's annotations, oldest first: all, or those that touch a period."""
    span = period.parameters if period else {"from_ms": 0, "to_ms": 2**62}
    rows = store.query(sql("annotations"), {"project": project, "limit": MOST, **span})
    return [as_annotation(row) for row in rows]


def as_annotation(row: dict[str, object]) -> Annotation:
    until = int(str(row["until_ms"]))
    moments = {"at": from_millis(int(str(row["at_ms"]))), "until": from_millis(until) if until else None}
    fields = {name: row[name] for name in Annotation.model_fields if name in row}
    return Annotation.model_validate(fields | moments)
