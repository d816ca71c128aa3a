"""A request that is refused as a whole: an RFC 9457 problem that points at the fault and names the remedy."""

import msgspec

from services.ingest.refusal import Reason

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """Refuses a request. `pointer` is a JSON pointer into its body, "" for the whole of it."""

    def __init__(
        self, status: int, reason: Reason, detail: str, *, remedy: str, pointer: str = "", retry_after: int = 0
    ) -> None:
        self.status = status
        self.reason = reason
        self.retry_after = retry_after
        self.body = problem_body(status, reason, reason.meaning, detail, {"remedy": remedy, "pointer": f"#{pointer}"})
        super().__init__(detail)


def problem_body(status: int, kind: str, title: str, detail: str, fault: dict[str, str] | None = None) -> bytes:
    """The problem as JSON; `kind` ends its type, a name that does not lead anywhere."""
    problem: dict[str, object] = {"type": f"urn:desireline:problem:{kind}", "title": title, "status": status}
    problem["detail"] = detail
    if fault:
        problem["errors"] = [{"detail": detail, **fault}]
    return msgspec.json.encode(problem)


def pointer_of(error: msgspec.ValidationError) -> str:
    """Where msgspec found the fault, as a JSON pointer.

    >>> pointer_of(msgspec.ValidationError("Expected `str`, got `int` - at `$.batch[2].type`"))
    '/batch/2/type'
    >>> pointer_of(msgspec.ValidationError("Object missing required field `batch`"))
    '/batch'
    """
    fault, _, place = str(error).partition(" - at `$")
    pointer = place.rstrip("`").replace("[", "/").replace("]", "").replace(".", "/")
    missing = fault.partition("missing required field `")[2].rstrip("`")
    return f"{pointer}/{missing}" if missing else pointer
