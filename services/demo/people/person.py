"""Somebody on a visit, with a clock, a device and a place of their own. What they do becomes events; what they meet,
truth.
"""

import math
from random import Random
from typing import Any, NamedTuple

import msgspec

from services.core.event import EMPTY_OBJECT, Event
from services.demo.people.faults import Fault, Faults
from services.demo.people.lived import Friction, Lived

PROJECT = "people"
BETWEEN_ACTS_MS = 15
"""No two acts of one person happen at one moment."""

CONTEXTS = {
    "desktop": msgspec.Raw(b'{"device":{"type":"desktop"}}'),
    "mobile": msgspec.Raw(b'{"device":{"type":"mobile"}}'),
    "app": msgspec.Raw(b'{"device":{"type":"mobile"},"app":{"name":"shop"}}'),
}
DEVICES, DEVICE_WEIGHTS = tuple(CONTEXTS), (45, 40, 15)


class Gone(Exception):
    """They have left."""


class _ToCome(NamedTuple):
    """What the page they are on will tell in a moment, or when they leave it; and what it is to them."""

    at: float
    name: str
    props: dict[str, Any]
    detector: str


class Person:
    """Walks through one visit: `events` holds what they did, `lived` what it was like."""

    def __init__(self, lived: Lived, rng: Random, faults: Faults, *, user: str, returning: bool) -> None:
        self.lived = lived
        self.user = user  # '' for somebody who is not logged in
        self.rng = rng
        self.faults = faults
        self.device = rng.choices(DEVICES, DEVICE_WEIGHTS)[0]
        self.returning = returning
        self.blocks_ads = rng.random() < 0.4
        self.at = float(lived.started_at)
        self.path = ""
        self.basket = 0.0  # what is in it is worth
        self.moves = 0  # to another page, since the purchase began
        self.events: list[Event] = []
        self._places: list[tuple[float, str, str]] = [(0.0, "", "")]
        self._to_come: list[_ToCome] = []

    @property
    def place(self) -> tuple[str, str]:
        """The stage and step they are in."""
        return self._places[-1][1:]

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def meets(self, fault: Fault) -> bool:
        """Whether a fault of the shop gets in their way here."""
        is_met = self.chance(fault.meet)
        if is_met:
            self.lived.met.add(fault)
        return is_met

    def bears(self, fault: Fault) -> bool:
        """Whether they go on in spite of a fault."""
        is_borne = not self.chance(fault.leave)
        if not is_borne:
            self.lived.left_for = fault
        return is_borne

    def bears_or_leaves(self, fault: Fault) -> None:
        """Go on in spite of a fault, or, after a moment, not. Raises Gone."""
        if not self.bears(fault):
            self.takes(8)
            raise Gone

    def some(self, median: float, spread: float = 0.5) -> float:
        """Seconds that people take for a thing: lognormal, as human times are."""
        return median * math.exp(self.rng.gauss(0.0, spread))

    def takes(self, median: float, spread: float = 0.5) -> None:
        """Let such a time pass."""
        self.at += 1000.0 * self.some(median, spread)

    def reads(self, median: float) -> None:
        """Look at a page properly, which nobody does in less than some seconds."""
        self.at += 8000.0
        self.takes(median, 0.7)

    def does(self, name: str, /, **props: Any) -> None:
        """Do something here and now."""
        self.at += BETWEEN_ACTS_MS
        self.tells(self.at, name, **props)

    def opens(self, path: str, **props: Any) -> None:
        """Come to a page; the one before tells what it still has to tell."""
        self.leaves()
        self.moves += path != self.path
        self.path = path
        self.does("page", **props)

    def leaves(self) -> None:
        """Leave the page."""
        for one in self._to_come:
            at = min(one.at, self.at)
            self.tells(at, one.name, **one.props)
            if one.detector:
                self.suffers(one.detector, at)
        self._to_come.clear()

    def will_tell(self, seconds: float, name: str, detector: str = "", /, **props: Any) -> None:
        """Have the page tell something after a while, or when it is left."""
        self._to_come.append(_ToCome(self.at + 1000 * seconds, name, props, detector))

    def tells(self, at: float, name: str, /, **props: Any) -> None:
        """Have the page tell something of a moment."""
        self.events.append(
            Event(
                id=f"{self.lived.visitor}-{self.lived.started_at}-{len(self.events):04}",
                project=PROJECT,
                visitor=self.lived.visitor,
                user=self.user,
                type="page" if name == "page" else "track",
                name=name,
                occurred_at=int(at),
                received_at=int(at),
                path=self.path,
                props=msgspec.Raw(msgspec.json.encode(props)) if props else EMPTY_OBJECT,
                context=CONTEXTS[self.device],
            )
        )

    def enters(self, stage: str, step: str = "") -> None:
        """Be in another stage or step from now on."""
        if (stage, step) != self.place:
            self._places.append((self.at, stage, step))
            if not self.lived.came_to(stage):
                self.lived.stage = stage

    def suffers(self, detector: str, at: float | None = None) -> None:
        """Meet friction, now or at another moment, at the place of that moment."""
        moment = self.at if at is None else at
        stage, step = next((stage, step) for since, stage, step in reversed(self._places) if since <= moment)
        self.suffers_in(detector, stage, step)

    def suffers_in(self, detector: str, stage: str, step: str) -> None:
        """Meet friction that belongs to a certain place."""
        self.lived.frictions.add(Friction(detector, stage, step))
