"""Visitors: one at a glance, for any that may ask; and what a visitor may demand, for admin keys only: all that is kept
of them, handed out or deleted.
"""

import time
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from services.api import problem
from services.api.auth import Administered, Project
from services.api.endpoint import Stored, question_router
from services.api.questions.data_retention import DataRetentionAnswer, ask_data_retention
from services.api.questions.freshness import ask_freshness
from services.api.questions.visitor import VisitorAnswer, ask_visitor
from services.api.questions.visitor_data import DeletionAnswer, delete_visitor, export_visitor
from services.api.stored_journey import stored_journey
from services.core.event import Millis

RIGHTS = "rights"
NDJSON = "application/x-ndjson"
LONGEST_ID = 512

rights = APIRouter(prefix="/v1", tags=[RIGHTS], responses=problem.RESPONSES)
asking = question_router()

VisitorId = Annotated[
    str,
    Path(
        alias="id", min_length=1, max_length=LONGEST_ID, description="Of a visitor, or of a user: all their visitors."
    ),
]


@rights.get(
    "/visitors/{id:path}/export",
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {}}, "description": "A line for each thing that is kept, `kind` says what."}},
)
def export(store: Stored, project: Administered, visitor: VisitorId) -> StreamingResponse:
    """All that is kept of a visitor, or of all visitors of a user: events, sessions, findings, refused events."""
    headers = {
        "Content-Disposition": 'attachment; filename="visitor.ndjson"',
        "X-Content-Type-Options": "nosniff",  # it quotes whatever somebody sent
        "Cache-Control": "no-store",
    }
    return StreamingResponse(export_visitor(store, project, visitor, _now()), media_type=NDJSON, headers=headers)


@rights.delete("/visitors/{id:path}")
def delete(store: Stored, project: Administered, visitor: VisitorId) -> DeletionAnswer:
    """Delete a visitor everywhere, or all visitors of a user. What they did until now does not come back."""
    return delete_visitor(store, project, visitor, _now())


@rights.get("/data-retention")
def data_retention(store: Stored, project: Project) -> DataRetentionAnswer:
    """For how long this project's data is kept."""
    return ask_data_retention(store, project)


@asking.get(
    "/visitors/{id:path}", responses={404: {"description": "The project has no session of such a visitor or user."}}
)
def visitor_at_a_glance(store: Stored, project: Project, visitor: VisitorId) -> VisitorAnswer:
    """One person: who, with which devices, what they came to get done and what became of it, what they got stuck on."""
    return ask_visitor(store, stored_journey(store), project, ask_freshness(store, project), visitor)


router = APIRouter()
for part in (rights, asking):  # in this order: an id may have a slash in it, so that `/export` could be part of one
    router.routes.extend(part.routes)


def _now() -> Millis:
    return time.time_ns() // 1_000_000
