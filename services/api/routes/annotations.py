"""Annotations: noted and taken back with an admin key, read with any that may ask."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api import problem
from services.api.annotation import Annotation, Kind, Note, annotate, annotations, take_back
from services.api.auth import Key, Project, key_of
from services.api.endpoint import Stored, link_next
from services.api.page import Paging, page_of
from services.api.problem import Refusal
from services.api.revalidation import RevalidatedRoute

router = APIRouter(prefix="/v1", tags=["annotations"], responses=problem.RESPONSES, route_class=RevalidatedRoute)


class AnnotationsQuestion(Paging):
    """Which notes."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = Field(None, description="Only of this kind.")


class AnnotationsAnswer(BaseModel):
    """What was noted."""

    annotations: Sequence[Annotation]
    next_cursor: str | None = Field(description="For the next page; null on the last. Also in the Link header.")


def annotated_project(key: Annotated[Key, Depends(key_of)]) -> str:
    """The project that the presented key may note things of."""
    if key.kind != "admin":
        raise Refusal(403, f"A {key.kind} key may not write annotations. Use an admin key (ak_…).")
    return key.project


MayAnnotate = Annotated[str, Depends(annotated_project)]


@router.get("/annotations")
def listed(
    store: Stored,
    project: Project,
    question: Annotated[AnnotationsQuestion, Query()],
    request: Request,
    response: Response,
) -> AnnotationsAnswer:
    """Releases, campaigns, fixes and notes, oldest first."""
    noted = [one for one in annotations(store, project) if question.kind in {None, one.kind}]
    shown, following = page_of(noted, question)
    link_next(request, response, following)
    return AnnotationsAnswer(annotations=shown, next_cursor=following)


@router.post("/annotations", status_code=201, responses={400: {"description": "The body is no JSON."}})
def note(store: Stored, project: MayAnnotate, said: Annotated[Note, Body()]) -> Annotation:
    """Note a release, a campaign, or the fix of a pain point. The same note twice is one."""
    return annotate(store, project, said, datetime.now(UTC))


@router.delete(
    "/annotations/{id}", status_code=204, responses={404: {"description": "The project has no such annotation."}}
)
def forget(
    store: Stored, project: MayAnnotate, annotation_id: Annotated[str, Path(alias="id", max_length=200)]
) -> Response:
    """Take an annotation back."""
    take_back(store, project, annotation_id, datetime.now(UTC))
    return Response(status_code=204)
