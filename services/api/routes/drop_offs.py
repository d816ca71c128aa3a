"""Where sessions end, and what separates those who went on."""

from services.api.endpoint import add_question, question_router
from services.api.questions.correlations import ask_correlations
from services.api.questions.drop_off_circumstances import ask_drop_off_circumstances
from services.api.questions.drop_offs import ask_drop_offs

router = question_router()
add_question(router, "/drop-offs", ask_drop_offs)
add_question(router, "/drop-offs/circumstances", ask_drop_off_circumstances)
add_question(router, "/correlations", ask_correlations)
