"""What was not taken."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.api.auth import Project
from services.api.endpoint import Stored, link_next, question_router
from services.api.questions.refused import RefusedAnswer, RefusedQuestion, ask_refused

router = question_router()


@router.get("/refused")
def refused(
    store: Stored,
    project: Project,
    question: Annotated[RefusedQuestion, Query()],
    request: Request,
    response: Response,
) -> RefusedAnswer:
    """Events that were not taken, newest first, with the reason and what came; and how many for each reason."""
    answer = ask_refused(store, project, question)
    link_next(request, response, answer.next_cursor)
    response.headers["X-Content-Type-Options"] = "nosniff"  # it quotes whatever somebody sent
    return answer
