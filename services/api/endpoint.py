"""How a question stands at a path: everything that all endpoints do alike, done once.

Endpoints are plain functions, so each runs in a thread: the store's calls block.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple, TypeVar, get_type_hints

from fastapi import APIRouter, Depends, Query, Request, Response

from services.api import problem
from services.api.auth import Project
from services.api.page import PagedAnswer, Paging, resumed, turn
from services.api.period import settle
from services.api.question import (
    MOST_VALUES,
    Answer,
    Asked,
    AskedOfPart,
    Breakdown,
    DividedAnswer,
    Divisible,
    Question,
)
from services.api.questions.freshness import ask_freshness
from services.api.revalidation import RevalidatedRoute
from services.api.scope import SEGMENT, VISITORS, apart_by, only_parts, scope_of
from services.api.stored_journey import journey_of, stored_journey
from services.api.table import CSV, MEDIA_TYPES, PARQUET, format_of, write_table
from services.edges.clickhouse import Store

Q = TypeVar("Q", bound=Question)
A = TypeVar("A", bound=Answer)

BYTES = {"schema": {"type": "string", "format": "binary"}}
TABLES: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: BYTES, PARQUET: BYTES}}}


_PATHS: dict[Callable[..., Answer], str] = {}


def path_of(ask: Callable[..., Answer]) -> str:
    """Where a question stands, once its topic's routes are read."""
    return _PATHS[ask]


def store_of(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


Stored = Annotated[Store, Depends(store_of)]


def question_router() -> APIRouter:
    """Where the questions of one topic are put."""
    return APIRouter(prefix="/v1", tags=["questions"], responses=problem.RESPONSES, route_class=RevalidatedRoute)


def add_question(router: APIRouter, path: str, ask: Callable[[Asked, Q], A]) -> None:
    """Put a question at a path; its parameters, answer and words are those of the function that answers it."""
    hints = get_type_hints(ask)
    is_paged = issubclass(hints["return"], PagedAnswer)

    def answered(asked: Asked, question: Q) -> A:
        answer = ask(asked, question)
        if question.compare:
            answer.previous = ask(asked.of(answer.period.before()), question if is_paged else first_of(question))
        for one in (answer, answer.previous):
            if isinstance(question, Paging) and isinstance(one, PagedAnswer):
                turn(one, asked, question)
        return answer

    def endpoint(store: Stored, project: Project, question: Q, request: Request, response: Response) -> Any:
        asked = settled(store, project, question)
        if is_paged and isinstance(question, Paging):
            asked = resumed(asked, question)
        answer = answered(asked, question)
        by = broken_down_by(question)
        if by is not None and isinstance(answer, DividedAnswer):
            values = values_of(asked, by)
            answer.by_value = {value: answered(*one) for value, one in divided(asked, question, by, values)}
            answer.values_left_out = values.left_out
        return shown(answer, question, request, response)

    _PATHS[ask] = f"{router.prefix}{path}"
    asked_with, kind = hints["question"], hints["return"]
    endpoint.__annotations__["question"] = Annotated[asked_with, Query()]
    router.get(
        path, response_model=kind, responses=TABLES, name=ask.__name__.removeprefix("ask_"),
        description=ask.__doc__,
    )(endpoint)  # fmt: skip


def first_of(question: Q) -> Q:
    """The same without a cursor that says after which row a page begins: there is no such row in another period."""
    return question.model_copy(update={"cursor": ""} if "cursor" in type(question).model_fields else {})


def settled(store: Store, project: str, question: Question) -> Asked:
    """Settle whose data, of when, which sessions, and how fresh."""
    freshness = ask_freshness(store, project)
    period = settle(question.since, question.until, freshness, datetime.now(UTC))
    journey = stored_journey(store, question.journey_version)
    return Asked(store, journey, project, period, freshness, scope_of(question, question.part), question.tz)


class Values(NamedTuple):
    """The values of what a question is to be broken down by: the most frequent, the first of them first."""

    most: Sequence[str]
    left_out: int = 0
    overlap: bool = False
    """Whether a session may be of several."""


def divided(asked: Asked, question: Q, by: Breakdown, values: Values) -> Iterator[tuple[str, tuple[Asked, Q]]]:
    """The same question of each of the most frequent values of what it is to be broken down by."""
    at_once = asked_at_once(asked, by, values)
    for value in values.most:
        narrowed = question.model_copy(update={by: value})
        journey = journey_of(asked.store, value) if by == "journey_version" else asked.journey
        if journey is None:
            continue
        alone = replace(asked, journey=journey, scope=scope_of(narrowed, narrowed.part))
        # In another period a session may be of several segments, though in this one none is.
        elsewhen = alone if by == SEGMENT else None
        yield value, (replace(at_once, value=value, elsewhen=elsewhen) if at_once else alone, narrowed)


def asked_at_once(asked: Asked, by: Breakdown, values: Values) -> AskedOfPart | None:
    """All values at once, where no session is of two of them and all are told of by the same journey."""
    if values.overlap or by == "journey_version":
        return None
    scope = apart_by(asked.scope, by)
    if by == VISITORS:
        scope = replace(scope, columns=None)  # sessions do not keep it themselves
    elif by != SEGMENT and values.left_out:
        scope = only_parts(scope, values.most)
    return AskedOfPart(asked.store, asked.journey, asked.project, asked.period, asked.freshness, scope, asked.tz)


def broken_down_by(question: Question) -> Breakdown | None:
    return question.breakdown if isinstance(question, Divisible) else None


def values_of(asked: Asked, by: Breakdown) -> Values:
    """Of what there is in the period."""
    if by == VISITORS:
        return Values(("new", "returning"))
    rows = asked.told_apart_by(by).rows("segments_said" if by == SEGMENT else "parts_counted")
    values = [row["part"] for row in rows if row["part"]]
    overlap = by == SEGMENT and any(row["shared"] for row in rows)
    return Values(values[:MOST_VALUES], len(values[MOST_VALUES:]), overlap)


def shown(answer: Answer, question: Question, request: Request, response: Response) -> Answer | Response:
    """The answer in the format asked for, with a link to the next page where there is one."""
    link_next(request, response, getattr(answer, "next_cursor", None))
    form = format_of(question.format, request.headers.get("Accept", ""))
    if form == "json":
        return answer
    name = request.url.path.removeprefix("/v1/").replace("/", "-")
    headers = dict(response.headers) | {"Content-Disposition": f'inline; filename="{name}.{form}"'}
    table = {"": answer.rows()}
    if isinstance(answer, DividedAnswer):
        table |= {value: one.rows() for value, one in answer.by_value.items()}
    return Response(
        write_table(answer.row, table, form, broken_down_by(question) or ""),
        headers=headers,
        media_type=MEDIA_TYPES[form],
    )


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Name the next page in the header too."""
    if cursor:
        following = request.url.include_query_params(cursor=cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
