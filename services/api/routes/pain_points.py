"""What hurts."""

from services.api.endpoint import add_question, question_router
from services.api.questions.pain_points import ask_pain_points

router = question_router()
add_question(router, "/pain-points", ask_pain_points)
