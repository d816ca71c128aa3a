"""Recorded visits, one event a line: as our own topic holds them, or as Segment's libraries post them."""

from pathlib import Path
from typing import NamedTuple

import msgspec

from services.core.event import Event, Millis
from services.ingest.calls import take_or_refuse
from services.ingest.dialects.segment import Arrival
from services.ingest.refusal import Refusal
from services.replay.lines import Broken, Line, read

PROJECT = "check"

_keys = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_event = msgspec.json.Decoder(Event).decode


class Visits(NamedTuple):
    """Events in the order of time, and the lines that are none."""

    events: list[Event]
    broken: list[Broken]


def read_visits(path: Path, now: Millis) -> Visits:
    """Read a file of visits (NDJSON, plain, gzip or zstd) whole into memory. Raises OSError."""
    events: list[Event] = []
    broken: list[Broken] = []
    with path.open("rb") as raw:
        for line in read(raw):
            if isinstance(line, Line) and not line.text.strip():
                continue
            one = _read_line(line, now) if isinstance(line, Line) else line
            if isinstance(one, Broken):
                broken.append(one)
            else:
                events.append(one)
    return Visits(sorted(events, key=lambda one: (one.occurred_at, one.id)), broken)


def _read_line(line: Line, now: Millis) -> Event | Broken:
    item = line.text.strip().encode()
    try:
        if "occurred_ms" in _keys(item):
            event = _event(item)
            return msgspec.structs.replace(event, watermark=event.occurred_at)
    except (msgspec.MsgspecError, RecursionError) as error:
        return Broken(line.number, str(error))
    # Padded, so that ties at equal times fall in the file's order.
    arrival = Arrival(PROJECT, now, lambda: f"line-{line.number:010}", historical=True)
    taken = take_or_refuse(item, arrival)
    return Broken(line.number, f"{taken.reason.value}: {taken.detail}") if isinstance(taken, Refusal) else taken
