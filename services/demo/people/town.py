"""Everybody who comes to the shop within some days, drawn from one seed: the same seed, the same people."""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from services.core.event import Event
from services.demo.people.browsing import browse
from services.demo.people.habits import HABITS
from services.demo.people.lived import Lived
from services.demo.people.paying import check_out
from services.demo.people.person import Gone, Person

OPENS_AT = 1_767_225_600_000  # 2026-01-01T00:00:00Z
DAYS = 7
_DAY_MS = 86_400_000
_APART_MS = 6 * 3_600_000
"""No visit takes so long: the next of the same person is another session."""

_JOBS = tuple(HABITS)
_WEIGHTS = tuple(one.weight for one in HABITS.values())
_DEVICES, _DEVICE_WEIGHTS = ("desktop", "mobile", "app"), (45, 40, 15)


class Visited(NamedTuple):
    """One visit: what it was like, and the events of it as they were told."""

    lived: Lived
    events: list[Event]


def visits(seed: int, people: int) -> Iterator[Visited]:
    """The visits of so many people, a person's in the order of time."""
    for number in range(people):
        # A generator of their own each: what one does never depends on who else came.
        rng = Random(seed << 32 | number)
        name = f"person-{seed}-{number:06}"
        at = OPENS_AT + rng.randrange(DAYS * _DAY_MS)
        for visit in range(rng.choices((1, 2, 3), (80, 15, 5))[0]):
            yield _visit(name, at, rng, returning=visit > 0)
            at += _APART_MS + rng.randrange(2 * _DAY_MS)


def _visit(name: str, at: int, rng: Random, *, returning: bool) -> Visited:
    lived = Lived(name, at, rng.choices(_JOBS, _WEIGHTS)[0])
    person = Person(lived, rng, rng.choices(_DEVICES, _DEVICE_WEIGHTS)[0], returning=returning)
    try:
        browse(person)
        check_out(person)
    except Gone:
        person.takes(1)
    person.leaves()
    if person.device == "app":
        person.does("app_background")
    return Visited(lived, person.events)
