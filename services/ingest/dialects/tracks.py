"""Many plain `track` calls at once, of any number of requests: column by column, as loops in C.

What `read_plain` does of a call in thirty lines of Python is a few of them here for all (docs/benchmarks.md). A record
has the same pieces; in which call anything is odd is not said here.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import NamedTuple

import msgspec

from services.core.event import EMPTY_OBJECT, Millis
from services.edges.batch_builder import Record
from services.ingest.dialects.around import Parts, Surroundings
from services.ingest.dialects.flat import Objects, are_flat
from services.ingest.dialects.segment import EPOCH, Arrival
from services.ingest.dialects.segment_plain import PlainCall
from services.ingest.guard import OLDEST_MS
from services.ingest.line import Line
from services.ingest.sender import NOBODY

NEVER = EPOCH  # too old to be taken
DAY_MS = 24 * 3600 * 1000

_encode = msgspec.json.Encoder().encode


class Columns(NamedTuple):
    """Holds events ready to be published: each list has one member of each."""

    visitors: list[str]
    ids: list[str]
    names: list[str]
    records: list[Record]


class Tracks(NamedTuple):
    """Holds calls, by how much the clock of each was behind, and what is looked at of all of them at once."""

    calls: Sequence[PlainCall]
    skews: Sequence[int]
    contents: Objects
    may_be_escaped: bool
    """Whether there is an escape in any of the bodies that they come from."""


def read_tracks(tracks: Tracks, arrival: Arrival, surroundings: Surroundings) -> Columns | None:
    """The events that `read_plain` gives of these live calls.

    None where it may not give one of each, or takes a closer look for it.
    """
    calls, received_at = tracks.calls, arrival.received_at
    if arrival.countries is not None:
        return None
    visitors = [call.anonymous_id or call.user_id or "" for call in calls]
    ids = [call.message_id or arrival.new_id() for call in calls]
    names = [call.event or "" for call in calls]
    users = [call.user_id or "" for call in calls]
    texts = chain(ids, visitors, users)
    if not (all(visitors) and all(names) and _are_plain(texts, tracks.may_be_escaped) and are_flat(tracks.contents)):
        return None
    if [call for call in calls if call.traits is not EMPTY_OBJECT or call.sent_at is not None]:
        return None
    around, times = _around(calls, surroundings), _times(calls, tracks.skews)
    if around is None or times is None or min(times) < received_at - OLDEST_MS or max(times) > received_at:
        return None
    places, ends, tell_agents = zip(*around, strict=True)
    if arrival.sender is not NOBODY and False in tell_agents:
        return None
    keys = [visitor.encode() for visitor in visitors]
    named = {name: b'","type":"track","name":%b,"occurred_ms":' % _encode(name) for name in set(names)}
    pieces = zip(
        repeat(b'{"id":"'),
        map(str.encode, ids),
        repeat(b'","project":%b,"visitor":"' % _encode(arrival.project)),
        keys,
        map(named.__getitem__, names),
        _encode(times)[1:-1].split(b","),
        repeat(b',"received_ms":%d' % received_at),
        *([[b',"user":"%b"' % user.encode() if user else b"" for user in users]] if any(users) else []),
        places,
        *_props(tracks.contents.each),
        ends,
        strict=False,
    )
    return Columns(visitors, ids, names, list(zip(keys, map(b"".join, pieces), strict=True)))


def _props(contents: Sequence[msgspec.Raw]) -> tuple[Iterable[bytes], Iterable[bytes]]:
    if not [content for content in contents if content is EMPTY_OBJECT]:
        return repeat(b',"props":'), contents
    members = [b"" if content is EMPTY_OBJECT else b',"props":' + content for content in contents]
    return members, repeat(b"")


def _are_plain(texts: Iterable[str], may_be_escaped: bool) -> bool:
    """Whether each stands in JSON as it is, and has no query or fragment, which would be cut from it."""
    text = "".join(texts)
    if may_be_escaped and ('"' in text or "\\" in text or not text.isprintable()):
        return False
    return not ("?" in text or "#" in text)


def _around(calls: Sequence[PlainCall], surroundings: Surroundings) -> Sequence[Parts] | None:
    contexts = [b"" if call.context is EMPTY_OBJECT else b"" + call.context for call in calls]
    found = list(map(surroundings.known.get, contexts))
    if not all(found):
        found = [parts or surroundings.read(context) for parts, context in zip(found, contexts, strict=True)]
    return [parts for parts in found if parts] if all(found) else None


def _times(calls: Sequence[PlainCall], skews: Sequence[int]) -> Sequence[Millis] | None:
    try:
        since = [(call.original_timestamp or call.timestamp or NEVER) - EPOCH for call in calls]
    except TypeError:
        return None  # in nobody's time zone
    # A division by a timedelta takes longer.
    return [
        time.days * DAY_MS + time.seconds * 1000 + time.microseconds // 1000 + skew
        for time, skew in zip(since, skews, strict=True)
    ]


def columns_of(lines: Sequence[Line]) -> Columns:
    return Columns(
        [line.visitor for line in lines],
        [line.id for line in lines],
        [line.name for line in lines],
        [line.record for line in lines],
    )
