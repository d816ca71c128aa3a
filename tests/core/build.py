"""Sessions written so that they can be read: `"0.4 click #pay x=3"` is a click on #pay 0.4 seconds in."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
import yaml

from services.core.act import Act
from services.core.changes import Changes
from services.core.claim import claim
from services.core.event import WATERMARK, Event, Millis
from services.core.journey import Journey, read_journey
from services.core.pipeline import Pipeline
from services.core.rows import FindingRow, PositionRow, SessionRow, StateRow

START = Millis(1_700_000_000_000)

SHOP: dict[str, Any] = {
    "journey": "shop",
    "currency": "EUR",
    "stages": [
        {"name": "browse", "role": "browse", "enter": {"event": "view"}},
        {"name": "basket", "role": "basket", "enter": {"event": "add"}},
        {
            "name": "checkout",
            "role": "checkout",
            "enter": {"event": "checkout"},
            "patience": "5m",
            "steps": [
                {"name": "address", "enter": {"path": "/checkout/address"}},
                {"name": "payment", "enter": {"path": "/checkout/payment"}, "patience": "2m"},
            ],
        },
        {"name": "bought", "role": "done", "enter": {"event": "buy"}},
    ],
}


@dataclass(frozen=True)
class Record:
    """A Kafka record as the pipeline sees it."""

    offset: int
    value: bytes | None


def shop(**changes: Any) -> Journey:
    """A small shop's journey, with top-level keys replaced."""
    return read_journey({**SHOP, **changes})


def event(line: str, visitor: str = "anna", **fields: Any) -> Event:
    """`"<seconds> <name> [/path] [#target] [prop=value]…"` as an event; its id is the line unless given.

    What has spaces in it stands in quotes: `"10 'Coupon Denied' reason='too old'"`.
    """
    seconds, name, *rest = shlex.split(line)
    at = Millis(START + round(float(seconds) * 1000))
    path, props = "", {}
    for part in rest:
        if part.startswith("/"):
            path = part
        elif part.startswith("#"):
            props["target"] = part
        else:
            key, _, value = part.partition("=")
            props[key] = yaml.safe_load(value)
    known = {
        "id": f"{visitor} {line}",
        "project": "shop",
        "type": "page" if name == "page" else "track",
        "received_at": at,
        "path": path,
        "props": msgspec.Raw(msgspec.json.encode(props)),
    }
    return Event(visitor=visitor, name=name, occurred_at=at, **{**known, **fields})


def acts(*lines: str) -> list[Act]:
    """Lines as a session keeps them, with all their properties."""
    made = map(event, lines)
    return [Act(one.occurred_at, one.id, one.name, one.path, msgspec.json.decode(one.props)) for one in made]


def encode(events: Iterable[Event], first_offset: int = 0) -> list[Record]:
    """Events as records of one partition."""
    return [Record(first_offset + place, msgspec.json.encode(one)) for place, one in enumerate(events)]


def pipeline(
    journey: Journey | None = None, position: PositionRow | None = None, states: Iterable[StateRow] = ()
) -> Pipeline:
    """A pipeline holding partition 0."""
    made = Pipeline(journey or shop())
    made.assign(0, position or start(), states)
    return made


def start() -> PositionRow:
    """The position of a log nobody has read yet."""
    [claimed] = claim([], "log", [0], 1, "first")
    return claimed.position


def judged(*lines: str, journey: Journey | None = None) -> tuple[list[SessionRow], list[FindingRow]]:
    """What one visitor's acts come to once their sessions have closed."""
    made = pipeline(journey)
    made.feed(0, encode(event(line) for line in lines), now=START)
    return closed(made)


def closed(made: Pipeline) -> tuple[list[SessionRow], list[FindingRow]]:
    """The sessions and findings once everything has closed."""
    made.tick(0, Millis(START + 30 * 24 * 3_600_000))
    changes = made.take()
    return changes.sessions, changes.findings


def found(detector: str, *lines: str, journey: Journey | None = None) -> list[FindingRow]:
    """What one detector says of one visitor's acts."""
    return [row for row in judged(*lines, journey=journey)[1] if row.detector == detector]


def standing(changes: Iterable[Changes]) -> tuple[dict[str, SessionRow], dict[str, FindingRow]]:
    """What a store holds after these checkpoints: the newest row of each key, without the deleted."""
    sessions: dict[str, SessionRow] = {}
    findings: dict[str, FindingRow] = {}
    for one in changes:
        sessions.update({row.id: row for row in one.sessions})
        findings.update({row.id: row for row in one.findings})
    return (
        {key: row for key, row in sessions.items() if not row.is_deleted},
        {key: row for key, row in findings.items() if not row.is_deleted},
    )


def import_end(project: str = "shop") -> Event:
    """The record that tells a partition that its project's import is over."""
    return Event(
        id="",
        project=project,
        visitor="",
        type=WATERMARK,
        name="",
        occurred_at=START,
        received_at=START,
        watermark=START,
    )
