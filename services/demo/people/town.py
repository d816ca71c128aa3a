"""Everybody who comes to the shop within some days, drawn from one seed: the same seed, the same people."""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from services.core.event import Event
from services.demo.people.browsing import browse
from services.demo.people.faults import EVERYDAY, Faults
from services.demo.people.habits import HABITS
from services.demo.people.lived import Lived
from services.demo.people.paying import check_out
from services.demo.people.person import Gone, Person

OPENS_AT = 1_767_225_600_000  # 2026-01-01T00:00:00Z
DAYS = 7
_DAY_MS = 86_400_000
APART_MS = 6 * 3_600_000
"""No visit takes so long: the next of the same person is another session."""

HAVE_ACCOUNT = 0.3
"""Share of people with an account of the shop, who stay logged in from visit to visit; the others buy as guests."""

_JOBS = tuple(HABITS)
_WEIGHTS = tuple(one.weight for one in HABITS.values())


class Visit(NamedTuple):
    """Whose visit it is, after how many earlier ones, and when it begins, in milliseconds."""

    seed: int
    number: int
    earlier: int
    at: int


class Visited(NamedTuple):
    """One visit: what it was like, and the events of it as they were told."""

    lived: Lived
    events: list[Event]


def visits(seed: int, people: int) -> Iterator[Visited]:
    """The visits of so many people, a person's in the order of time."""
    for number in range(people):
        rng = Random(seed << 32 | number)
        at = OPENS_AT + rng.randrange(DAYS * _DAY_MS)
        for visit in range(rng.choices((1, 2, 3), (80, 15, 5))[0]):
            yield lead(Visit(seed, number, visit, at))
            at += APART_MS + rng.randrange(2 * _DAY_MS)


def lead(visit: Visit, faults: Faults = EVERYDAY) -> Visited:
    """Lead somebody through a visit to a shop with these faults."""
    # A generator of its own each: what one does never depends on who else came, nor on when they came before.
    rng = Random(visit.seed << 40 | visit.number << 8 | visit.earlier)
    name = f"person-{visit.seed}-{visit.number:06}"
    lived = Lived(name, visit.at, rng.choices(_JOBS, _WEIGHTS)[0])
    person = Person(lived, rng, faults, user=account_of(visit), returning=visit.earlier > 0)
    try:
        browse(person)
        check_out(person)
    except Gone:
        person.takes(1)
    person.leaves()
    if person.device == "app":
        person.does("app_background")
    return Visited(lived, person.events)


def account_of(visit: Visit) -> str:
    """Whom the shop knows them as, '' for nobody: drawn apart, so that what they do does not depend on it."""
    has_account = Random(f"account {visit.seed} {visit.number}").random() < HAVE_ACCOUNT
    return f"customer-{visit.seed}-{visit.number:06}" if has_account else ""
