"""How things go over time, between versions of the journey, and between kinds of customers."""

from services.api.endpoint import add_question, question_router
from services.api.questions.segments import ask_segments
from services.api.questions.trends import ask_trends
from services.api.questions.versions import ask_versions

router = question_router()
add_question(router, "/trends", ask_trends)
add_question(router, "/versions", ask_versions)
add_question(router, "/segments", ask_segments)
