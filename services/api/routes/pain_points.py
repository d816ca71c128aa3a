"""What hurts, what stands behind it, and whether fixes helped."""

from services.api.endpoint import add_question, question_router
from services.api.questions.fixes import ask_fixes
from services.api.questions.pain_point_sessions import ask_pain_point_findings, ask_pain_point_sessions
from services.api.questions.pain_points import ask_pain_points

router = question_router()
add_question(router, "/pain-points", ask_pain_points)
add_question(router, "/pain-points/sessions", ask_pain_point_sessions)
add_question(router, "/pain-points/findings", ask_pain_point_findings)
add_question(router, "/pain-points/fixes", ask_fixes)
