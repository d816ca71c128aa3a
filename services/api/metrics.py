"""What the API says of itself to Prometheus."""

from collections.abc import Awaitable, Callable
from time import perf_counter

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest

SECONDS = Histogram(
    "desireline_api_seconds",
    "Time from a question to its answer, by endpoint and status.",
    ["endpoint", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


async def measure(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Middleware: time a request. The label is the route's pattern, so that paths cannot make labels."""
    began = perf_counter()
    response = await answer(request)
    endpoint = getattr(request.scope.get("route"), "path", "none")
    SECONDS.labels(endpoint, str(response.status_code)).observe(perf_counter() - began)
    return response


def exposition() -> Response:
    """All metrics of this process in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
