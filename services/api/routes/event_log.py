"""The event log for process-mining tools, streamed."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from services.api import problem
from services.api.auth import Project
from services.api.endpoint import Stored, settled
from services.api.event_log import write_csv, write_xes
from services.api.question import Question
from services.api.questions.paths import Of

router = APIRouter(prefix="/v1", tags=["questions"], responses=problem.RESPONSES)

MEDIA_TYPES = {"xes": "application/xml", "csv": "text/csv; charset=utf-8"}


class EventLogQuestion(Question):
    """Which log."""

    of: Of = Field("places", description="What its events are: places of the journey, pages, or events by name.")


@router.get(
    "/event-log",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}, "text/csv": {}}, "description": "The log."}},
)
def event_log(store: Stored, project: Project, question: Annotated[EventLogQuestion, Query()]) -> StreamingResponse:
    """The ways of the period's sessions for process-mining tools, a trace a session: XES (IEEE 1849), or CSV."""
    asked = settled(store, project, question)
    form = "csv" if question.format == "csv" else "xes"
    write = write_csv if form == "csv" else write_xes
    headers = {"Content-Disposition": f'attachment; filename="event-log.{form}"', "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(write(asked, question.of), media_type=MEDIA_TYPES[form], headers=headers)
