"""One visitor at a glance: who they are, their devices, what they came to get done, and what they got stuck on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, Field

from services.api.ledger import Attempt, Fate, Ledger, Walk
from services.api.problem import Refusal
from services.api.questions.freshness import Freshness
from services.api.sql import sql
from services.api.standing import standing_between
from services.core.journey import Journey
from services.edges.clickhouse import Store

MOST_SESSIONS = 1_000
SHOWN = 20


class Device(BaseModel):
    """What they came with."""

    visitor: str = Field(description="The id this device is known by.")
    device: str = Field(examples=["mobile"])
    browser: str
    os: str
    sessions: int
    last_at: datetime


class VisitorJob(BaseModel):
    """A job they set out for once, as in /v1/open-jobs."""

    job: str = Field(examples=["gift"])
    began_at: datetime
    fate: Fate
    done_at: datetime | None
    sessions: list[str] = Field(description="Ids of the sessions with this job until it was done or given up.")


class VisitorFriction(BaseModel):
    """What one detector found in their sessions."""

    detector: str = Field(examples=["rage_click"])
    findings: int
    meant: int = Field(description="Of friction that serves the customer; not among `findings`.")
    sessions: int
    last_at: datetime
    last_session: str


class VisitorSession(BaseModel):
    """One of their sessions."""

    id: str
    started_at: datetime
    state: str
    stage: str
    step: str
    job: str
    value: float = Field(description="In `currency`.")
    currency: str
    href: str = Field(description="The session in full.", examples=["/v1/sessions/9b1f"])


class VisitorAnswer(BaseModel):
    """A person: the identified user with all their devices, else the visitor alone."""

    project: str
    id: str = Field(description="As it was asked for.")
    person: str = Field(description="The user's id, else the visitor's.")
    identified: bool
    visitors: list[str] = Field(description="Every visitor id the person has, the latest first.")
    countries: list[str]
    devices: list[Device] = Field(description="The latest first.")
    first_seen: datetime
    last_seen: datetime
    sessions: int
    sessions_complete: bool = Field(description=f"Whether these are all; at most {MOST_SESSIONS} are.")
    done: int = Field(description="Sessions that got done.")
    jobs: list[VisitorJob] = Field(description="Each attempt with its fate, the latest first.")
    friction: list[VisitorFriction] = Field(description="What they met most, first.")
    latest: list[VisitorSession] = Field(description=f"Their last {SHOWN} sessions.")
    links: dict[str, str] = Field(description="All sessions of each visitor id, by it.")
    journey_version: str
    fresh_until: datetime | None
    written_at: datetime | None


def ask_visitor(store: Store, journey: Journey, project: str, freshness: Freshness, one: str) -> VisitorAnswer:
    """Whoever this id stands for; a Refusal where the project knows nobody of it."""
    known = store.query(sql("visitor_person"), {"project": project, "id": one})[0]
    if not known["sessions"]:
        raise Refusal(404, "This project has no session of such a visitor or user.", pointer="/path/id")
    person = known["known"] or one
    of = {"project": project, "person": person, "limit": MOST_SESSIONS + 1}
    rows = store.query(sql("visitor"), of)
    shown = rows[:MOST_SESSIONS]
    visitors = list(dict.fromkeys(row["visitor"] for row in shown))
    return VisitorAnswer(
        project=project,
        id=one,
        person=person,
        identified=bool(known["known"]),
        visitors=visitors,
        countries=sorted({row["country"] for row in shown} - {""}),
        devices=devices(shown),
        first_seen=min(row["started_at"] for row in shown),
        last_seen=max(row["ended_at"] for row in shown),
        sessions=len(shown),
        sessions_complete=len(rows) <= MOST_SESSIONS,
        done=sum(is_done(row, journey) for row in shown),
        jobs=jobs(shown, journey, freshness),
        friction=friction(store, journey, project, shown),
        latest=[as_session(row) for row in shown[:SHOWN]],
        links={one: sessions_of(one, shown) for one in visitors},
        journey_version=journey.version,
        fresh_until=freshness.fresh_until,
        written_at=freshness.written_at,
    )


def devices(rows: Sequence[dict[str, Any]]) -> list[Device]:
    """What they came with, from sessions that come newest first."""
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in ("visitor", "device", "browser", "os")), []).append(row)
    return [
        Device(
            visitor=visitor, device=device, browser=browser, os=os, sessions=len(ones), last_at=ones[0]["started_at"]
        )
        for (visitor, device, browser, os), ones in found.items()
    ]


def is_done(row: dict[str, Any], journey: Journey) -> bool:
    """Did the session reach a stage with the role `done`, or its job's outcome?"""
    done = {stage.name for stage in journey.stages if stage.role == "done"}
    return row["outcome_at"].year > 1970 or not done.isdisjoint(row["path_stage"])


def jobs(rows: Sequence[dict[str, Any]], journey: Journey, freshness: Freshness) -> list[VisitorJob]:
    """Each attempt at a job."""
    walks = [as_walk(row) for row in rows]
    as_of = freshness.fresh_until or max(walk.ended_at for walk in walks)
    return [as_job(one) for one in Ledger(journey, as_of).attempts(walks)]


def as_walk(row: dict[str, Any]) -> Walk:
    same = {name: row[name] for name in ("id", "job", "started_at", "ended_at", "stage")}
    outcome = row["outcome_at"] if row["outcome_at"].year > 1970 else None
    return Walk(**same, outcome_at=outcome, acts=list(zip(row["path_started_at"], row["path_stage"], strict=True)))


def as_job(one: Attempt) -> VisitorJob:
    return VisitorJob(
        job=one.job, began_at=one.began_at, fate=one.fate, done_at=one.done_at, sessions=list(one.sessions)
    )


def friction(store: Store, journey: Journey, project: str, rows: Sequence[dict[str, Any]]) -> list[VisitorFriction]:
    """What they got stuck on, by detector."""
    days = [row["opened_on"] for row in rows]
    found = store.query(
        sql("visitor_findings"),
        {"project": project, "sessions": [row["id"] for row in rows]} | standing_between(journey, min(days), max(days)),
    )
    return [VisitorFriction(**row) for row in found]


def as_session(row: dict[str, Any]) -> VisitorSession:
    same = {name: row[name] for name in VisitorSession.model_fields if name in row}
    return VisitorSession(**same, href=f"/v1/sessions/{quote(row['id'], safe='')}")


def sessions_of(visitor: str, rows: Sequence[dict[str, Any]]) -> str:
    """The address of all sessions of a visitor."""
    since = min(row["started_at"] for row in rows if row["visitor"] == visitor)
    return f"/v1/sessions?visitor={quote(visitor, safe='')}&from={since:%Y-%m-%dT%H:%M:%SZ}"
