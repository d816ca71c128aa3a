"""Funnels, and the sessions behind their cells."""

from services.api.endpoint import add_question, question_router
from services.api.questions.event_funnel import ask_event_funnel, ask_event_funnel_sessions
from services.api.questions.funnel import ask_funnel
from services.api.questions.funnel_sessions import ask_funnel_sessions

router = question_router()
add_question(router, "/funnel", ask_funnel)
add_question(router, "/funnel/sessions", ask_funnel_sessions)
add_question(router, "/funnel/events", ask_event_funnel)
add_question(router, "/funnel/events/sessions", ask_event_funnel_sessions)
