"""What was acknowledged: a file that an event enters, with its full content, only after a 2xx, flushed at once."""

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from services.core.event import Event, Millis

PROJECT = "default"


class Ledger:
    """Keeps the acknowledged events as the calls that were sent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab")
        self.lines = 0

    def enter(self, calls: Iterable[bytes]) -> None:
        """Note calls that got their 2xx. On disk before anything else happens: it must outlive the client."""
        lines = [call + b"\n" for call in calls]
        self._file.write(b"".join(lines))
        self._file.flush()
        self.lines += len(lines)

    def events(self) -> list[Event]:
        """Each acknowledged event once."""
        return list({one.id: one for one in self._read()}.values())

    def _read(self) -> Iterator[Event]:
        with self.path.open("rb") as file:
            for line in file:
                yield _event(msgspec.json.decode(line))

    def close(self) -> None:
        self._file.close()


def _event(call: dict[str, Any]) -> Event:
    """A call as the event it must become, read without the product's own reading."""
    at = round(datetime.fromisoformat(call["timestamp"]).timestamp() * 1000)
    return Event(
        id=call["messageId"],
        project=PROJECT,
        visitor=sys.intern(call["anonymousId"]),
        type=call["type"],
        name=call.get("event") or call["type"],
        occurred_at=Millis(at),
        received_at=Millis(0),
        path=sys.intern(call["context"]["page"]["path"]),
        props=msgspec.Raw(msgspec.json.encode(call["properties"])),
    )
