"""Jobs: how well they get done, when they arise, and who comes back with them."""

from services.api.endpoint import add_question, question_router
from services.api.questions.circumstances import ask_circumstances
from services.api.questions.job_retention import ask_job_retention
from services.api.questions.jobs import ask_jobs
from services.api.questions.open_jobs import ask_open_jobs

router = question_router()
add_question(router, "/jobs", ask_jobs)
add_question(router, "/open-jobs", ask_open_jobs)
add_question(router, "/circumstances", ask_circumstances)
add_question(router, "/jobs/retention", ask_job_retention)
