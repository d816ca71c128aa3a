"""What a visitor may demand: all that is kept of them, handed out or deleted. Only an admin key may ask for it."""

import time
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from services.api import problem
from services.api.auth import Administered, Project
from services.api.endpoint import Stored
from services.api.questions.data_retention import DataRetentionAnswer, ask_data_retention
from services.api.questions.visitor_data import DeletionAnswer, delete_visitor, export_visitor
from services.core.event import Millis

RIGHTS = "rights"
NDJSON = "application/x-ndjson"
LONGEST_ID = 512

router = APIRouter(prefix="/v1", tags=[RIGHTS], responses=problem.RESPONSES)

VisitorId = Annotated[
    str,
    Path(
        alias="id", min_length=1, max_length=LONGEST_ID, description="Of a visitor, or of a user: all their visitors."
    ),
]


@router.get(
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


@router.delete("/visitors/{id:path}")
def delete(store: Stored, project: Administered, visitor: VisitorId) -> DeletionAnswer:
    """Delete a visitor everywhere, or all visitors of a user. What they did until now does not come back."""
    return delete_visitor(store, project, visitor, _now())


@router.get("/data-retention")
def data_retention(store: Stored, project: Project) -> DataRetentionAnswer:
    """For how long this project's data is kept."""
    return ask_data_retention(store, project)


def _now() -> Millis:
    return time.time_ns() // 1_000_000
