"""What is refused as a row of the table, whether it comes from the topic or from a worker itself.

The key is where the record lies, so that writing it again changes nothing.
"""

from hashlib import blake2b

import msgspec

from services.core.event import Millis
from services.core.refusal import DETAIL_LETTERS, Reason, RefusedEvent
from services.core.rows import RefusedRow

_decode_refused = msgspec.json.Decoder(RefusedEvent).decode


class Place(msgspec.Struct, frozen=True):
    """Where a record lies: nowhere else, and nothing else there."""

    log_id: str
    partition: int
    offset: int


class _Tenancy(msgspec.Struct):
    """All that is asked of a record that cannot be applied: whose it is."""

    project: str = ""


_decode_tenancy = msgspec.json.Decoder(_Tenancy).decode


def row_of_topic(place: Place, value: bytes, now: Millis) -> RefusedRow:
    """A record of the topic of refused events; `now` bounds when it says that it was refused."""
    try:
        refused = _decode_refused(value)
    except (msgspec.MsgspecError, RecursionError) as error:
        return row_of_worker(place, value, Reason.UNREADABLE, f"on the topic of refused events: {error}", now)
    return RefusedRow(
        log_id=place.log_id,
        partition=place.partition,
        offset=place.offset,
        project=refused.project,
        reason=refused.reason,
        detail=refused.detail[:DETAIL_LETTERS],
        raw=refused.raw,
        refused_at=min(max(refused.refused_ms, 0), now),
        size=refused.size or len(refused.raw),
        type=refused.type,
        skew=refused.skew,
        historical=refused.historical,
        seen=refused.seen,
    )


def row_of_worker(place: Place, value: bytes, reason: Reason, detail: str, now: Millis) -> RefusedRow:
    """A record of the log that cannot be applied. It belongs to no project where it does not say to which."""
    return RefusedRow(
        log_id=place.log_id,
        partition=place.partition,
        offset=place.offset,
        project=_project_of(value),
        reason=reason,
        detail=detail[:DETAIL_LETTERS],
        raw=value,  # whole: it may have had its 200 already
        refused_at=now,
        size=len(value),
    )


def row_of_store(log_id: str, line: bytes, detail: str, now: Millis) -> RefusedRow:
    """An event that the database refused. Where it lay is forgotten by then: a hash of it stands for the offset."""
    offset = -int.from_bytes(blake2b(line, digest_size=7).digest()) - (1 << 32)
    return row_of_worker(Place(log_id, 0, offset), line, Reason.UNSTORABLE, detail, now)


def _project_of(value: bytes) -> str:
    try:
        return _decode_tenancy(value).project
    except (msgspec.MsgspecError, RecursionError):
        return ""
