"""Incidents, and the numbers behind them."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api import problem
from services.api.auth import Project
from services.api.endpoint import Stored, link_next
from services.api.page import Paging, page_of
from services.api.revalidation import RevalidatedRoute
from services.api.stored_journey import stored_journey
from services.core.spikes.cell import Cell
from services.core.spikes.telling import began, tell
from services.edges.incidents import dead_letters, known_incidents
from services.edges.judged_rates import JudgedRates

NEXT = Field(None, description="For the next page; null on the last. Also in the Link header.")

router = APIRouter(prefix="/v1", tags=["alerts"], responses=problem.RESPONSES, route_class=RevalidatedRoute)


class IncidentsQuestion(Paging):
    """Which incidents. A name it does not know is a mistake, not silence."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(14, ge=1, le=400, description="Those that went on within so many days.")


class DeadLettersQuestion(Paging):
    """Which page of them. A name it does not know is a mistake, not silence."""

    model_config = ConfigDict(extra="forbid")


class RatesQuestion(BaseModel):
    """One hour of one cell."""

    model_config = ConfigDict(extra="forbid")

    hour: int = Field(ge=10_000, le=1_000_000, description="Hours since 1970, as an incident names them: until 2084.")
    detector: str = Field(max_length=64)
    stage: str = Field("", max_length=64)
    job: str = Field("", max_length=64, description="Empty: all jobs together.")


class IncidentShown(BaseModel):
    """An incident as it stands."""

    id: str
    state: str = Field(description="`open` or `recovered`.")
    title: str
    sentence: str = Field(description="What happened, in words of the job story.")
    began: datetime
    recovered: datetime | None
    details: dict[str, Any] = Field(description="Cells with their numbers, and what it is likely about.")


class IncidentsAnswer(BaseModel):
    """Incidents, the newest first."""

    project: str
    incidents: list[IncidentShown]
    next_cursor: str | None = NEXT


class DeadLetter(BaseModel):
    """A message that was given up."""

    incident: str
    moment: str
    receiver: str
    attempts: int
    detail: str


class DeadLettersAnswer(BaseModel):
    """Messages that could not be delivered, the newest first."""

    project: str
    dead_letters: list[DeadLetter]
    next_cursor: str | None = NEXT


class Rate(BaseModel):
    """One hour of one cell against what is usual."""

    hour: datetime = Field(description="When the hour that was judged began.")
    counted: datetime = Field(
        description="When the hour began that was counted: earlier where sessions must end first."
    )
    exposed: int
    affected: int
    usual: float = Field(description="Rate.")
    spread: float = Field(description="One standard deviation of the rate that is seen among so many.")
    level: str = Field(description="With which hours it is compared: same_hour, day_type or global.")
    windows: int = Field(description="How many hours what is usual comes from.")
    p: float


class RatesAnswer(BaseModel):
    """A cell at an hour; null where it has too few sessions or too short a history."""

    project: str
    detector: str
    stage: str
    job: str
    rate: Rate | None


def _moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC)


@router.get("/incidents")
def incidents(
    store: Stored,
    project: Project,
    question: Annotated[IncidentsQuestion, Query()],
    request: Request,
    response: Response,
) -> IncidentsAnswer:
    """Spikes that somebody should know of: those that go on and those that are over."""
    journey = stored_journey(store)
    since = int(datetime.now(UTC).timestamp()) // 3600 - question.days * 24
    shown = []
    of_page, following = page_of(known_incidents(store, project, since), question)
    for one in of_page:
        told = tell(one, journey)
        shown.append(
            IncidentShown(
                id=one.id,
                state=one.state,
                title=told.title,
                sentence=told.sentence,
                began=began(one, journey).astimezone(UTC),
                recovered=_moment(one.recovered) if one.recovered else None,
                details=msgspec.to_builtins(one),
            )
        )
    link_next(request, response, following)
    return IncidentsAnswer(project=project, incidents=shown, next_cursor=following)


@router.get("/incidents/dead-letters")
def show_dead_letters(
    store: Stored,
    project: Project,
    question: Annotated[DeadLettersQuestion, Query()],
    request: Request,
    response: Response,
) -> DeadLettersAnswer:
    """Messages that could not be delivered, the newest first."""
    given_up, following = page_of(dead_letters(store, project), question)
    link_next(request, response, following)
    letters = [
        DeadLetter(incident=one.id, moment=one.moment, receiver=one.receiver, attempts=one.attempts, detail=one.detail)
        for one in given_up
    ]
    return DeadLettersAnswer(project=project, dead_letters=letters, next_cursor=following)


@router.get("/rates")
def rates(
    store: Stored,
    project: Project,
    question: Annotated[RatesQuestion, Query()],
) -> RatesAnswer:
    """The numbers of an incident, counted again: who was exposed, who was affected, and what is usual."""
    judged = JudgedRates(stored_journey(store), store)
    hour, cell = question.hour, Cell(question.detector, question.stage, question.job)
    _, readings = judged.examine(project, hour, known_incidents(store, project, 0))
    reading = readings.get(cell)
    rate = None
    if reading is not None:
        expected = reading.expected
        rate = Rate(
            hour=_moment(hour),
            counted=_moment(hour - judged.lag(cell)),
            exposed=reading.window.exposed,
            affected=reading.window.affected,
            usual=expected.rate,
            spread=expected.spread(reading.window.exposed) if reading.window.exposed else 0.0,
            level=expected.level,
            windows=expected.windows,
            p=reading.p,
        )
    return RatesAnswer(project=project, detector=cell.detector, stage=cell.stage, job=cell.job, rate=rate)
