"""The event log for process-mining tools, streamed."""

from typing import Annotated, Literal

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
    log: Literal["xes", "csv"] = Field("xes", description="The form it is written in.")


@router.get(
    "/event-log",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}, "text/csv": {}}, "description": "The log."}},
)
def event_log(store: Stored, project: Project, question: Annotated[EventLogQuestion, Query()]) -> StreamingResponse:
    """The ways of the period's sessions for process-mining tools: XES (IEEE 1849) or CSV, a trace a session."""
    asked = settled(store, project, question)
    write = write_xes if question.log == "xes" else write_csv
    headers = {
        "Content-Disposition": f'attachment; filename="{project}.{question.log}"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(write(asked, question.of), media_type=MEDIA_TYPES[question.log], headers=headers)
