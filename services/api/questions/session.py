"""One session in full: its way, its job and why we think so, what it got stuck on, and every event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from services.api.problem import Refusal
from services.api.question import Zone
from services.api.questions.freshness import Freshness, from_millis, to_millis
from services.api.questions.sessions import SessionSummary, without_epoch
from services.api.sql import sql
from services.api.standing import Fate, standing_between
from services.api.stored_journey import journey_of
from services.api.story import Sentence, Story
from services.core.journey import Journey
from services.edges.clickhouse import Store

MOST_EVENTS = 1_000


class SessionQuestion(BaseModel):
    """How a session is told."""

    model_config = ConfigDict(extra="forbid")

    tz: Zone = Field("UTC", description="IANA time zone in which its story is told.", examples=["Europe/Berlin"])


class Run(BaseModel):
    """Events at one place of the journey without another place between."""

    stage: str = Field(examples=["checkout"])
    step: str = Field(examples=["payment"])
    started_at: datetime
    ended_at: datetime
    event: str = Field(description="Id of the event that entered, which is the evidence: alone it gives this again.")
    rule: str = Field(
        description="The rule it met, `stage/number` or `stage.step/number` as in the journey of `journey_version`, "
        "counted in `any_of`; empty for sessions older than that was written down.",
        examples=["checkout.payment/2"],
    )
    confidence: float = Field(
        1.0, description="Of being there: a rule of a stage or step holds or does not, so always 1."
    )


class SessionFinding(BaseModel):
    """One piece of friction."""

    id: str
    detector: str = Field(examples=["rage_click"])
    stage: str
    step: str
    page: str
    element: str = Field(examples=["#coupon"])
    occurred_at: datetime
    severity: int = Field(description="1 slight, 2 clear, 3 grave")
    cost_seconds: float = Field(description="What it cost the customer, in seconds; 0 where it has no such cost.")
    cost_steps: int = Field(description="What it cost the customer, in steps.")
    value: float = Field(description="What was at stake, in `currency`.")
    currency: str
    intended: bool = Field(description="Friction that serves the customer; never ranked as pain.")
    cause: str = Field(description="The likely cause in words, empty where none is known.")
    evidence: list[str] = Field(description="Ids of the events that show it.")


class TakenBack(SessionFinding):
    """An abandonment that does not stand, since the person came back and finished within the journey's window."""

    fate: Fate = Field(description="Whether they passed this stage again, or finished without it.")
    done_at: datetime = Field(description="When they finished.")
    done_in: str = Field(description="Id of the session in which they did.")


class SessionEvent(BaseModel):
    """One act."""

    id: str
    type: str
    name: str = Field(examples=["Product Viewed"])
    occurred_at: datetime
    path: str
    url: str
    title: str
    props: dict[str, Any]


@dataclass(frozen=True)
class Particulars:
    """Whose session, by which journey, and told in which time zone."""

    project: str
    journey: Journey
    freshness: Freshness
    tz: str


class SessionAnswer(SessionSummary):
    """A session with all that is known of it."""

    story: list[Sentence] = Field(
        description="The session in sentences, in order of time. Text to be shown as text, never as HTML."
    )
    job_evidence: list[str] = Field(description="Ids of the events that speak for the job.")
    job_rules: list[str] = Field(description="The rules they met, `job/number`.", examples=[["gift/1"]])
    job_changes: list[str] = Field(description="Labels it had before, oldest first.")
    outcome_event: str
    path: list[Run]
    findings: list[SessionFinding]
    taken_back: list[TakenBack] = Field(description="Abandonments the person made good later; not among the findings.")
    timeline: list[SessionEvent] = Field(description=f"Its events in order, at most {MOST_EVENTS}.")
    timeline_complete: bool
    fresh_until: datetime | None = Field(description="Time of the newest event of the project.")
    written_at: datetime | None = Field(description="When a worker last stored anything.")


def ask_session(store: Store, asked: Particulars, session_id: str) -> SessionAnswer:
    """The session of this id; a Refusal where the project has none."""
    of = {"project": asked.project, "id": session_id}
    rows = store.query(sql("session"), of)
    if not rows:
        raise Refusal(404, "This project has no such session.", pointer="/path/id")
    row = without_epoch(rows[0])
    within = standing_between(asked.journey, row["opened_on"], row["opened_on"])
    found = store.query(sql("session_findings"), of | within)
    findings = [SessionFinding(**finding) for finding in found if not finding["fate"]]
    taken_back = [TakenBack(**finding) for finding in found if finding["fate"]]
    path = [as_run(run) for run in row["path"]]
    events = ask_events(store, asked.project, row)
    labelled = journey_of(store, row["journey_version"]) or asked.journey
    story = Story(row, path, findings, taken_back, {event.id: event for event in events}, labelled, ZoneInfo(asked.tz))
    return SessionAnswer(
        **row | {"path": path},
        story=story.sentences(),
        findings=findings,
        taken_back=taken_back,
        timeline=events[:MOST_EVENTS],
        timeline_complete=len(events) <= MOST_EVENTS,
        fresh_until=asked.freshness.fresh_until,
        written_at=asked.freshness.written_at,
    )


def ask_events(store: Store, project: str, session: dict[str, Any]) -> list[SessionEvent]:
    """What the visitor did during the session, one more than are shown."""
    span = {"from_ms": to_millis(session["started_at"]), "to_ms": to_millis(session["ended_at"])}
    of = {"project": project, "visitor": session["visitor"], "limit": MOST_EVENTS + 1}
    rows = store.query(sql("session_events"), of | span)
    return [SessionEvent(**row | {"props": msgspec.json.decode(row["props"])}) for row in rows]


def as_run(run: tuple[str, str, int, int, str, str]) -> Run:
    stage, step, started, ended, event, rule = run
    at = {"started_at": from_millis(started), "ended_at": from_millis(ended)}
    return Run(stage=stage, step=step, event=event, rule=rule, **at)
