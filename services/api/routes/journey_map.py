"""The journey as a map, the ways through it, and how they keep to it."""

from services.api.endpoint import add_question, question_router
from services.api.questions.conformance import ask_conformance
from services.api.questions.journey_map import ask_journey_map
from services.api.questions.paths import ask_paths

router = question_router()
add_question(router, "/journey-map", ask_journey_map)
add_question(router, "/paths", ask_paths)
add_question(router, "/conformance", ask_conformance)
