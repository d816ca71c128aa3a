"""Findings as they are made, as server-sent events: for a shop that helps a stuck customer while it still helps."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from services.api import problem
from services.api.auth import Project
from services.api.problem import Refusal
from services.edges.findings_feed import FindingsFeed, Heard, Listener

HEARTBEAT_SECONDS = 15.0
"""Proxies close what is silent for a minute."""

router = APIRouter(prefix="/v1", tags=["alerts"], responses=problem.RESPONSES)


@router.get("/findings/stream", response_class=StreamingResponse)
async def findings_stream(
    request: Request,
    project: Project,
    visitor: Annotated[str, Query(description="Only of this visitor.", max_length=200)] = "",
) -> StreamingResponse:
    """Each finding of the project from now on, as an event `finding`, and `withdrawn` where it turned out to be none.

    Data is the finding's JSON. A finding may come twice, with one id. `missed` says how many came too fast.
    """
    feed: FindingsFeed | None = request.app.state.feed
    if feed is None:
        raise Refusal(503, "This API was started without Kafka, where findings come from.")
    return StreamingResponse(
        _events(feed, project, visitor), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _events(feed: FindingsFeed, project: str, visitor: str) -> AsyncIterator[bytes]:
    async with feed.listen(project) as listener:
        yield b": listening\n\n"
        async for heard in _heard(listener):
            if heard is None:
                yield b": still here\n\n"
            elif not visitor or heard.head.visitor == visitor:
                yield _said(heard)
            if listener.missed:
                yield b"event: missed\ndata: %d\n\n" % listener.missed
                listener.missed = 0


async def _heard(listener: Listener) -> AsyncIterator[Heard | None]:
    """Each finding, None where for a while there was none, until the feed stops."""
    while True:
        try:
            heard = await listener.next(HEARTBEAT_SECONDS)
        except TimeoutError:
            yield None
            continue
        if heard is None:
            return
        yield heard


def _said(heard: Heard) -> bytes:
    name = b"withdrawn" if heard.head.is_deleted else b"finding"
    return b"event: %s\nid: %s\ndata: %s\n\n" % (name, heard.head.id.encode(), heard.body)
