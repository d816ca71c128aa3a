"""All that is kept of one visitor, or of all visitors of one user: handed out, or deleted and looked for again."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from pydantic import BaseModel, Field

from services.core.event import Millis
from services.core.rows import ForgottenRow
from services.edges.clickhouse import Store
from services.edges.erasure import erase, forget, left_of, rows_of, visitors_of

LOOKS = 5
"""A worker that did not hear of it yet may write once more while we erase; then it hears, and erases by itself."""

KINDS = {"events": "event", "sessions": "session", "findings": "finding", "refused_events": "refused_event"}

_encode = msgspec.json.Encoder().encode


class DeletionAnswer(BaseModel):
    """What was deleted, and whether anything was found when looking again."""

    visitors: list[str] = Field(description="Whom the id stood for: themselves, and each visitor of a user.")
    erased: dict[str, int] = Field(description="Rows of each table.", examples=[{"events": 12, "sessions": 2}])
    left: int = Field(description="Rows found afterwards; 0 unless a worker writes at this very moment. Ask again.")
    forgotten_at: datetime = Field(description="What they did until then is dropped wherever it still comes from.")


def delete_visitor(store: Store, project: str, visitor: str, now: Millis) -> DeletionAnswer:
    """Note it for the workers, erase, and look again."""
    # Also an id that is not known: its first events may be on their way.
    visitors = sorted({visitor, *visitors_of(store, project, visitor)})
    erased = forget(store, project, visitors, now)
    rows = [ForgottenRow(project=project, visitor=one, forgotten_at=now) for one in visitors]
    looks = 0
    while (left := left_of(store, rows)) and looks < LOOKS:
        looks += 1
        erased = {table: count + erased[table] for table, count in erase(store, rows).items()}
    return DeletionAnswer(
        visitors=visitors, erased=erased, left=left, forgotten_at=datetime.fromtimestamp(now / 1000, UTC)
    )


def export_visitor(store: Store, project: str, visitor: str, now: Millis) -> Iterator[bytes]:
    """A JSON object a line: first who it is, then each thing that is kept of them."""
    visitors = sorted({visitor, *visitors_of(store, project, visitor)})
    yield _line("visitor", {"id": visitor, "project": project, "visitors": visitors})
    rows = [ForgottenRow(project=project, visitor=one, forgotten_at=now) for one in visitors]
    for table, kind in KINDS.items():
        for kept in rows_of(store, table, rows):
            yield _line(kind, {name: _readable(name, value) for name, value in kept.items()})


def _line(kind: str, content: dict[str, Any]) -> bytes:
    return _encode({"kind": kind, **content}) + b"\n"


def _readable(name: str, value: Any) -> Any:
    """JSON as JSON, and what was refused as the text that came."""
    if name in {"props", "context"}:
        return msgspec.Raw(str(value).encode())
    if name == "raw":
        return base64.b64decode(value).decode(errors="replace")
    return value
