"""The API: which question stands at which path. What a question means stands in questions/<name>.py.

Endpoints are plain functions, so each runs in a thread: the store's calls block.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response
from pydantic import BaseModel, Field

from services.api import findings_stream, incidents, metrics, problem
from services.api.auth import Keyring, Project
from services.api.period import Asked, Question, settle
from services.api.questions.freshness import ask_freshness
from services.api.questions.funnel import FunnelAnswer, FunnelQuestion, ask_funnel
from services.api.questions.funnel_sessions import FunnelSessionsQuestion, ask_funnel_sessions
from services.api.questions.pain_points import PainPointsAnswer, PainPointsQuestion, ask_pain_points
from services.api.questions.refused import RefusedAnswer, RefusedQuestion, ask_refused
from services.api.questions.session import SessionAnswer, ask_session
from services.api.questions.sessions import SessionsAnswer, SessionsQuestion, ask_sessions
from services.api.revalidation import RevalidatedRoute
from services.api.stored_journey import stored_journey
from services.edges.clickhouse import Store, StoreError
from services.edges.findings_feed import FindingsFeed

questions = APIRouter(prefix="/v1", tags=["questions"], responses=problem.RESPONSES, route_class=RevalidatedRoute)
health = APIRouter(tags=["health"])


class Health(BaseModel):
    """Whether the service can do its work."""

    ready: bool
    checks: dict[str, str] = Field(description="`ok`, or what is wrong.", examples=[{"store": "ok"}])


def create_app(keyring: Keyring, store: Store, feed: FindingsFeed | None = None, signing_key: str = "") -> FastAPI:
    """The API over a store, for those whom the keyring knows. Without a feed nobody hears of findings as they are made.

    `signing_key` is of the addresses of charts.
    """
    app = FastAPI(
        title="Desireline",
        summary="Where customers get stuck on the way to what they came to do.",
        version="1",
        docs_url=None,  # its pages load scripts from another host
        redoc_url=None,
    )
    app.state.keyring, app.state.store = keyring, store
    app.state.feed, app.state.signing_key = feed, signing_key
    problem.install(app)
    app.middleware("http")(metrics.measure)
    app.include_router(questions)
    app.include_router(incidents.questions)
    app.include_router(incidents.charts)
    app.include_router(findings_stream.router)
    app.include_router(health)
    return app


def store_of(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


Stored = Annotated[Store, Depends(store_of)]


def particulars(store: Store, project: str, question: Question) -> Asked:
    """Settle whose data, of when, and how fresh."""
    freshness = ask_freshness(store, project)
    return Asked(project, settle(question, freshness, datetime.now(UTC)), freshness)


@questions.get("/funnel")
def funnel(store: Stored, project: Project, question: Annotated[FunnelQuestion, Query()]) -> FunnelAnswer:
    """How many go on from step to step of the journey, how many drop off, and how long it takes."""
    return ask_funnel(store, stored_journey(store), particulars(store, project, question), question)


@questions.get("/pain-points")
def pain_points(store: Stored, project: Project, question: Annotated[PainPointsQuestion, Query()]) -> PainPointsAnswer:
    """What hurts customers where, what it costs, worst first."""
    return ask_pain_points(store, stored_journey(store), particulars(store, project, question), question)


@questions.get("/sessions")
def sessions(
    store: Stored,
    project: Project,
    question: Annotated[SessionsQuestion, Query()],
    request: Request,
    response: Response,
) -> SessionsAnswer:
    """Sessions that started in the period, newest first, a page at a time."""
    answer = ask_sessions(store, stored_journey(store), particulars(store, project, question), question)
    link_next(request, response, answer)
    return answer


@questions.get("/funnel/sessions")
def funnel_sessions(
    store: Stored,
    project: Project,
    question: Annotated[FunnelSessionsQuestion, Query()],
    request: Request,
    response: Response,
) -> SessionsAnswer:
    """The sessions behind a cell of a funnel, newest first, a page at a time. Ask with the funnel's parameters."""
    answer = ask_funnel_sessions(store, stored_journey(store), particulars(store, project, question), question)
    link_next(request, response, answer)
    return answer


def link_next(request: Request, response: Response, answer: SessionsAnswer | RefusedAnswer) -> None:
    """Name the next page in the header too."""
    if answer.next_cursor:
        following = request.url.include_query_params(cursor=answer.next_cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'


@questions.get("/refused")
def refused(
    store: Stored,
    project: Project,
    question: Annotated[RefusedQuestion, Query()],
    request: Request,
    response: Response,
) -> RefusedAnswer:
    """Events that were not taken, newest first, with the reason and what came; and how many for each reason."""
    answer = ask_refused(store, project, question)
    link_next(request, response, answer)
    response.headers["X-Content-Type-Options"] = "nosniff"  # it quotes whatever somebody sent
    return answer


@questions.get("/sessions/{id}", responses={404: {"description": "The project has no such session."}})
def session(
    store: Stored, project: Project, session_id: Annotated[str, Path(alias="id", max_length=200)]
) -> SessionAnswer:
    """One session: its way, its job with the reasons, what it got stuck on, and every event."""
    return ask_session(store, stored_journey(store), project, ask_freshness(store, project), session_id)


@health.get("/livez")
def livez() -> Health:
    """The process answers."""
    return Health(ready=True, checks={})


@health.get("/readyz", responses={503: {"model": Health}})
def readyz(store: Stored, response: Response) -> Health:
    """Questions can be answered, or what is in the way."""
    try:
        store.query("SELECT 1")
    except StoreError as error:
        response.status_code = 503
        return Health(ready=False, checks={"store": str(error)})
    return Health(ready=True, checks={"store": "ok"})


@health.get("/metrics", response_class=Response)
def show_metrics() -> Response:
    """For Prometheus."""
    return metrics.exposition()
