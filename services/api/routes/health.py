"""Whether it works, and what it says of itself to Prometheus."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.api import metrics
from services.api.endpoint import Stored
from services.edges.clickhouse import StoreError

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """Whether the service can do its work."""

    ready: bool
    checks: dict[str, str] = Field(description="`ok`, or what is wrong.", examples=[{"store": "ok"}])


@router.get("/livez")
def livez() -> Health:
    """The process answers."""
    return Health(ready=True, checks={})


@router.get("/readyz", responses={503: {"model": Health}})
def readyz(store: Stored, response: Response) -> Health:
    """Questions can be answered, or what is in the way."""
    try:
        store.query("SELECT 1")
    except StoreError as error:
        response.status_code = 503
        return Health(ready=False, checks={"store": str(error)})
    return Health(ready=True, checks={"store": "ok"})


@router.get("/metrics", response_class=Response)
def show_metrics() -> Response:
    """For Prometheus."""
    return metrics.exposition()
