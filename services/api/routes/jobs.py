"""Jobs: how well they get done, when they arise, and who comes back with them."""

from services.api.endpoint import add_question, question_router
from services.api.questions.circumstances import ask_circumstances
from services.api.questions.jobs import ask_jobs
from services.api.questions.retention import ask_retention

router = question_router()
add_question(router, "/jobs", ask_jobs)
add_question(router, "/circumstances", ask_circumstances)
add_question(router, "/retention", ask_retention)
