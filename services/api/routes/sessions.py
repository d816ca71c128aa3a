"""Sessions: listed, and one in full."""

from typing import Annotated

from fastapi import Path, Query

from services.api.auth import Project
from services.api.endpoint import Stored, add_question, question_router
from services.api.questions.freshness import ask_freshness
from services.api.questions.session import Particulars, SessionAnswer, SessionQuestion, ask_session
from services.api.questions.sessions import ask_sessions
from services.api.stored_journey import stored_journey

router = question_router()
add_question(router, "/sessions", ask_sessions)


@router.get("/sessions/{id}", responses={404: {"description": "The project has no such session."}})
def session(
    store: Stored,
    project: Project,
    session_id: Annotated[str, Path(alias="id", max_length=200)],
    question: Annotated[SessionQuestion, Query()],
) -> SessionAnswer:
    """One session: its story in words, its way, its job with the reasons, what it got stuck on, and every event."""
    asked = Particulars(project, stored_journey(store), ask_freshness(store, project), question.tz)
    return ask_session(store, asked, session_id)
