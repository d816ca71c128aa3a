"""Charts of incidents, for those who have no key."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.api import problem
from services.api.chart import draw
from services.api.endpoint import Stored
from services.api.incident_chart import chart_of
from services.api.problem import Refusal
from services.edges.incidents import one_incident
from services.edges.messenger import chart_signature

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
    signed = chart_signature(key, f"{project}/{incident_id}/{hour}")
    # As bytes: of text it takes none beyond ASCII.
    if not key or not hmac.compare_digest(signed.encode(), sig.encode()):
        raise Refusal(404, "There is no such chart.")
    incident = one_incident(store, project, incident_id)
    if incident is None:
        raise Refusal(404, "There is no such chart.")
    image = draw(chart_of(store, incident, hour))
    return Response(image, media_type="image/png", headers={"Cache-Control": "public, max-age=3600"})
