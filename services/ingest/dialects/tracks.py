"""Many plain `track` calls at once, of any number of requests: column by column, as loops in C.

What `read_plain` does of a call in thirty lines of Python is a few of them here for all (docs/benchmarks.md). A record
has the same pieces; in which call anything is odd is not said here.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, repeat
from operator import add
from typing import NamedTuple

import msgspec

from services.core.event import EMPTY_OBJECT, Millis
from services.edges.batch_builder import Record
from services.ingest.dialects.around import Parts, Surroundings
from services.ingest.dialects.flat import are_flat
from services.ingest.dialects.segment import EPOCH, MILLISECOND, Arrival
from services.ingest.dialects.segment_plain import NAMES_KNOWN, PlainCall
from services.ingest.guard import OLDEST_MS
from services.ingest.line import Line
from services.ingest.sender import NOBODY

NEVER = EPOCH  # too old to be taken

_encode = msgspec.json.Encoder().encode


class Columns(NamedTuple):
    """Holds events ready to be published: each list has one member of each."""

    visitors: list[str]
    ids: list[str]
    names: list[str]
    records: list[Record]


def read_tracks(
    calls: Sequence[PlainCall], skews: Sequence[int], arrival: Arrival, surroundings: Surroundings
) -> Columns | None:
    """The events that `read_plain` gives of live calls by clocks that are so far behind.

    None where it may not give one of each, or takes a closer look for it.
    """
    received_at = arrival.received_at
    if arrival.countries is not None:
        return None
    visitors = [call.anonymous_id or call.user_id or "" for call in calls]
    ids = [call.message_id or arrival.new_id() for call in calls]
    names = [call.event or "" for call in calls]
    users = [call.user_id or "" for call in calls]
    contents = [call.properties for call in calls]
    if not (all(visitors) and all(names) and _are_plain(ids, visitors, users) and are_flat(contents)):
        return None
    if [call for call in calls if call.traits is not EMPTY_OBJECT or call.sent_at is not None]:
        return None
    around, times = _around(calls, surroundings), _times(calls, skews)
    if around is None or (arrival.sender is not NOBODY and False in [parts[2] for parts in around]):
        return None
    if times is None or min(times) < received_at - OLDEST_MS or max(times) > received_at:
        return None
    keys = [visitor.encode() for visitor in visitors]
    pieces = zip(
        repeat(b'{"id":"'),
        map(str.encode, ids),
        repeat(b'","project":%b,"visitor":"' % _encode(arrival.project)),
        keys,
        map(_named, names),
        map((b'%%d,"received_ms":%d' % received_at).__mod__, times),
        *([[b',"user":"%b"' % user.encode() if user else b"" for user in users]] if any(users) else []),
        [parts[0] for parts in around],
        *_props(contents),
        [parts[1] for parts in around],
        strict=False,
    )
    return Columns(visitors, ids, names, list(zip(keys, map(b"".join, pieces), strict=True)))


def _props(contents: Sequence[msgspec.Raw]) -> tuple[Iterable[bytes], Iterable[bytes]]:
    if not any(content is EMPTY_OBJECT for content in contents):
        return repeat(b',"props":'), contents
    members = [b"" if content is EMPTY_OBJECT else b',"props":' + content for content in contents]
    return members, repeat(b"")


def _are_plain(ids: Sequence[str], visitors: Sequence[str], users: Sequence[str]) -> bool:
    """Whether each stands in JSON as it is, and has no query or fragment, which would be cut from it."""
    text = "".join(chain(ids, visitors, users))
    return text.isprintable() and not ("?" in text or "#" in text or '"' in text or "\\" in text)


def _around(calls: Sequence[PlainCall], surroundings: Surroundings) -> Sequence[Parts] | None:
    contexts = [b"" if call.context is EMPTY_OBJECT else bytes(call.context) for call in calls]
    found = list(map(surroundings.known.get, contexts))
    if not all(found):
        found = [parts or surroundings.read(context) for parts, context in zip(found, contexts, strict=True)]
    return [parts for parts in found if parts] if all(found) else None


def _times(calls: Sequence[PlainCall], skews: Sequence[int]) -> Sequence[Millis] | None:
    claimed = [call.original_timestamp or call.timestamp or NEVER for call in calls]
    try:
        return list(map(add, [(moment - EPOCH) // MILLISECOND for moment in claimed], skews))
    except TypeError:
        return None  # in nobody's time zone


@lru_cache(NAMES_KNOWN)
def _named(name: str) -> bytes:
    return b'","type":"track","name":%b,"occurred_ms":' % _encode(name)


def columns_of(lines: Sequence[Line]) -> Columns:
    return Columns(
        [line.visitor for line in lines],
        [line.id for line in lines],
        [line.name for line in lines],
        [line.record for line in lines],
    )
