"""Every way a question can go wrong, said as RFC 9457 says it. HTTP statuses are chosen here and nowhere else."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from services.edges.clickhouse import StoreRefused, StoreSpent, StoreUnavailable

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "2"
ABOUT_LESS = (
    "There are too many sessions for this question to be answered in the time and memory that it may take: ask about a "
    "shorter period (`from`, `to`), or about some of them, by `job`, `device`, `country` or another filter."
)


class Mistake(BaseModel):
    """One thing to mend in a request."""

    pointer: str = Field(description="JSON pointer to it: /query/from, /path/id.", examples=["/query/from"])
    detail: str = Field(examples=["Input should have timezone info"])


class Problem(BaseModel):
    """An answer that could not be given, after RFC 9457."""

    type: str = "about:blank"
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(description="What was wrong and what to do.")
    errors: list[Mistake] = Field([], description="Each mistake with where it stands.")


def _self_contained() -> dict[str, Any]:
    """The schema of a problem; a `$ref` into its own definitions would lead nowhere from within a document."""
    schema = Problem.model_json_schema()
    schema["properties"]["errors"]["items"] = schema.pop("$defs")["Mistake"]
    return schema


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {MEDIA_TYPE: {"schema": _self_contained()}}}
    for status, said in {
        401: "No key, or one that is not known.",
        403: "The key may not ask.",
        422: "The question has a mistake; each is named with a pointer.",
        503: "The database cannot be had at the moment; ask again. With a pointer and no `Retry-After`: it would take "
        "longer, or more memory, than a question may; ask about less.",
    }.items()
}


class Refusal(Exception):
    """A question we will not answer as it stands."""

    def __init__(self, status: int, detail: str, *, pointer: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers
        self.errors = [Mistake(pointer=pointer, detail=detail)] if pointer else []


def respond(
    status: int, detail: str, errors: list[Mistake] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """The problem as a response."""
    said = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors or [])
    return JSONResponse(said.model_dump(), status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let the app say all its errors as problems."""

    @app.exception_handler(Refusal)
    async def refuse(_: Request, error: Refusal) -> JSONResponse:
        return respond(error.status, error.detail, error.errors, error.headers)

    @app.exception_handler(HTTPException)
    async def pass_on(_: Request, error: HTTPException) -> JSONResponse:
        return respond(error.status_code, error.detail, headers=dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def point_out(_: Request, error: RequestValidationError) -> JSONResponse:
        mistakes = [Mistake(pointer=pointer_to(one["loc"]), detail=one["msg"]) for one in error.errors()]
        return respond(422, "; ".join(f"{one.pointer}: {one.detail}" for one in mistakes), mistakes)

    @app.exception_handler(StoreSpent)
    async def ask_about_less(_: Request, error: StoreSpent) -> JSONResponse:
        return respond(503, f"{ABOUT_LESS} ({error})", [Mistake(pointer="/query/from", detail=ABOUT_LESS)])

    @app.exception_handler(StoreUnavailable)
    async def ask_again(_: Request, error: StoreUnavailable) -> JSONResponse:
        return respond(503, str(error), headers={"Retry-After": RETRY_AFTER_SECONDS})

    @app.exception_handler(StoreRefused)
    async def own_up(_: Request, error: StoreRefused) -> JSONResponse:
        return respond(500, f"The database did not accept our question, which is our mistake: {error}")

    @app.exception_handler(Exception)
    async def admit(_: Request, error: Exception) -> JSONResponse:
        return respond(500, f"This is a mistake of ours ({type(error).__name__}); the service's log tells more.")


def pointer_to(location: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901) to a part of the request.

    >>> pointer_to(("query", "a/b"))
    '/query/a~1b'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)
