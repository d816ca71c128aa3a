"""Charts of incidents, for those who have no key."""

import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.api import problem
from services.api.chart import Point, draw
from services.api.endpoint import Stored
from services.api.problem import Refusal
from services.api.stored_journey import stored_journey
from services.core.spikes.baseline import Baseline, Series
from services.core.spikes.incident import Incident
from services.edges.clickhouse import Store
from services.edges.incidents import known_incidents, one_incident
from services.edges.judged_rates import JudgedRates
from services.edges.messenger import chart_signature

HOURS = 48

router = APIRouter(prefix="/v1", tags=["alerts"], responses=problem.RESPONSES)


@router.get(
    "/charts/{project}/{id}/{hour}.png",
    response_class=Response,
    responses={404: {"description": "There is no such chart, or it is signed otherwise."}},
)
def chart(
    request: Request,
    store: Stored,
    project: Annotated[str, Path(max_length=200)],
    incident_id: Annotated[str, Path(alias="id", max_length=64)],
    hour: int,
    sig: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """An incident's last two days. Whoever has the signed address may see it: Slack has no key."""
    key = request.app.state.signing_key
    if not key or not hmac.compare_digest(chart_signature(key, f"{project}/{incident_id}/{hour}"), sig):
        raise Refusal(404, "There is no such chart.")
    incident = one_incident(store, project, incident_id)
    if incident is None:
        raise Refusal(404, "There is no such chart.")
    image = draw(_points(store, incident, hour))
    return Response(image, media_type="image/png", headers={"Cache-Control": "public, max-age=3600"})


def _points(store: Store, incident: Incident, hour: int) -> list[Point]:
    judged = JudgedRates(stored_journey(store), store)
    cells = judged.cells(incident.project, hour, known_incidents(store, incident.project, 0))
    known = cells.get(incident.named.cell)
    return list(_drawn(*known, hour)) if known else []


def _drawn(baseline: Baseline, series: Series, hour: int) -> Iterator[Point]:
    for at in range(hour - HOURS + 1, hour + 1):
        window, expected = series.get(at), baseline.expect(at)
        if window and window.exposed and expected:
            far = 2 * expected.spread(window.exposed)
            moment = datetime.fromtimestamp(at * 3600, UTC)
            rate = window.affected / window.exposed
            yield Point(moment, rate, max(0.0, expected.rate - far), expected.rate + far)
