"""What of a project was refused, and why: counts by reason, and each event as it came, newest first.

What belongs to no project (nobody knows who sent it) is not shown here; `desireline refused list` shows it.
"""

import base64
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from services.api.cursor import CursorText, read_cursor, write_cursor
from services.api.period import EARLIEST, LATEST, Moment
from services.api.questions.freshness import from_millis, to_millis
from services.api.sql import sql
from services.core.refusal import Reason, reason_named
from services.edges.clickhouse import Store


class RefusedQuestion(BaseModel):
    """Which refused events, and from where on."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(
        None,
        alias="from",
        description="Refused then or later, RFC 3339 with an offset.",
        examples=["2026-11-01T00:00:00Z"],
    )
    until: Moment | None = Field(
        None, alias="to", description="Refused before then, RFC 3339 with an offset.", examples=["2026-11-15T00:00:00Z"]
    )
    reason: Reason | None = Field(None, description="For this reason.")
    replayed: bool = Field(False, description="Also those that were sent again and taken.")
    limit: int = Field(50, ge=1, le=200, description="Events a page.")
    cursor: CursorText = ""


class RefusedCount(BaseModel):
    """How many were refused for one reason."""

    reason: str = Field(examples=["clock"])
    meaning: str = Field(description="What happened.", examples=[Reason.CLOCK.meaning])
    remedy: str = Field(description="What to do.", examples=[Reason.CLOCK.remedy])
    events: int = Field(examples=[12])


class RefusedEvent(BaseModel):
    """One event that was not taken."""

    reason: str = Field(examples=["clock"])
    detail: str = Field(description="What was wrong with this one.", examples=["the event is from before 1970"])
    refused_at: datetime
    raw: str = Field(description="What came, byte for byte, in `encoding`; text to be shown as text, never as HTML.")
    encoding: Literal["utf-8", "base64"] = Field(description="base64 where the bytes are no UTF-8.")
    size: int = Field(description="Bytes that came; `raw` has fewer where they were too many to be kept.")
    replayed_at: datetime | None = Field(description="When it was sent again and taken; null where it was not.")


class RefusedAnswer(BaseModel):
    """A page of refused events, and how many there are for each reason on all pages together."""

    project: str = Field(description="Whose events these are.")
    reasons: list[RefusedCount]
    refused: list[RefusedEvent]
    next_cursor: str | None = Field(description="For the next page; null on the last. Also in the Link header.")


StoredMillis = Annotated[int, msgspec.Meta(ge=0, le=to_millis(LATEST))]
UInt32 = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
Int64 = Annotated[int, msgspec.Meta(ge=-(1 << 62), lt=1 << 62)]  # msgspec compares within 64 bits with a sign


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended. New ones come before it, so they do not shift the pages that follow."""

    before_ms: StoredMillis
    before_log: str
    before_partition: UInt32
    before_offset: Int64


FIRST = Cursor(to_millis(LATEST), "", 0, 0)


def ask_refused(store: Store, project: str, question: RefusedQuestion) -> RefusedAnswer:
    """The refused events of a project, filtered, from the cursor on."""
    parameters = {
        "project": project,
        "reason": question.reason or "",
        "replayed": int(question.replayed),
        "from_ms": to_millis(question.since or EARLIEST),
        "to_ms": to_millis(question.until or LATEST),
    }
    cursor = read_cursor(question.cursor, Cursor) if question.cursor else FIRST
    page = parameters | msgspec.structs.asdict(cursor) | {"limit": question.limit + 1}
    rows = store.query(sql("refused"), page)
    shown = rows[: question.limit]
    counts = store.query(sql("refused_reasons"), parameters)
    return RefusedAnswer(
        project=project,
        reasons=[as_count(row["reason"], row["events"]) for row in counts],
        refused=[as_event(row) for row in shown],
        next_cursor=write_cursor(after(shown[-1])) if len(rows) > len(shown) else None,
    )


def as_count(reason: str, events: int) -> RefusedCount:
    """A reason that a newer ingest knows and we do not is shown without its sentences."""
    known = reason_named(reason)
    meaning, remedy = (known.meaning, known.remedy) if known else ("", "")
    return RefusedCount(reason=reason, meaning=meaning, remedy=remedy, events=events)


def as_event(row: dict[str, object]) -> RefusedEvent:
    raw, encoding = as_text(str(row["raw"]))
    replayed_ms = row["replayed_ms"]
    assert isinstance(replayed_ms, int)
    shown = {name: row[name] for name in ("reason", "detail", "refused_at", "size")}
    return RefusedEvent.model_validate(
        shown | {"raw": raw, "encoding": encoding, "replayed_at": from_millis(replayed_ms) if replayed_ms else None}
    )


def as_text(stored: str) -> tuple[str, str]:
    """The bytes behind some base64, readable where they are text.

    >>> as_text("eyJhIjoxfQ=="), as_text("/w==")
    (('{"a":1}', 'utf-8'), ('/w==', 'base64'))
    """
    try:
        return base64.b64decode(stored).decode(), "utf-8"
    except UnicodeDecodeError:
        return stored, "base64"


def after(last: dict[str, object]) -> list[object]:
    """Where the next page goes on."""
    refused_at = last["refused_at"]
    assert isinstance(refused_at, datetime)
    return [to_millis(refused_at), last["log_id"], last["partition"], last["offset"]]
