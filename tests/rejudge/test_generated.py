"""What is passed over ends as if all had been judged, whatever the journey was, what is changed and how events came."""

import copy
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from services.core.event import Event, Millis
from services.core.journey import Journey
from services.edges.clickhouse import Store
from services.edges.history import StoreArchive
from services.rejudge.difference import Difference
from services.rejudge.run import Run
from tests.core.build import START, event
from tests.core.other_journeys import CHANGES, Dice, base, changed, lines
from tests.rejudge.test_run import empty, live, rows, silent
from tests.stores import fresh_dsn

SINCE, NOW = date(2023, 11, 1), datetime(2024, 1, 1, tzinfo=UTC)
HOUR = 3_600_000
TABLES = ("sessions", "findings")


def history(dice: Dice) -> list[Event]:
    """Some days of some visitors in the order in which their events came: some known by name at last, some events late,
    within what a session waits for and beyond, some between two sessions that are one with them.
    """
    told: list[Event] = []
    for visitor in range(dice.randint(4, 10)):
        start = START + dice.randrange(72) * HOUR
        for visit in range(dice.randint(1, 4)):
            start += dice.choice([HOUR // 3, HOUR, 30 * HOUR])
            user = dice.choice(["", "", f"user {visitor}"])
            for number, (at, line) in enumerate(lines(dice)):
                occurred_at = Millis(start + int(at * 1000))
                late = dice.choice([0, 0, 0, 0, HOUR // 3, 3 * HOUR]) if dice.random() < 0.2 else 0
                came = {"received_at": Millis(occurred_at + late), "user": user}
                one = event(f"{at} {line}", f"visitor {visitor}", id=f"{visitor} {visit} {number}", **came)
                told.append(msgspec.structs.replace(one, occurred_at=occurred_at))
    return sorted(told, key=lambda one: (one.received_at, one.id))


def rejudged(
    store: Store, before: Journey, after: Journey, events: Sequence[Event], *, everything: bool
) -> tuple[dict[str, list[dict[str, Any]]], Difference]:
    """What stands at last, and what was shown."""
    empty(store)
    live(store, before, events)
    run = Run(StoreArchive(store), "shop", after, SINCE, everything=everything)
    difference = run.judge(NOW, silent)
    run.apply(silent)
    return {table: rows(store, table) for table in TABLES}, difference


def counts(of: Difference) -> Any:
    """What is shown of a change, without stages and detectors of which there is nothing."""
    return msgspec.to_builtins({**msgspec.structs.asdict(of), "before": "", "renamed": {}})


@pytest.fixture(scope="module")
def module_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    opened = Store.open(fresh_dsn("chdb", request))
    yield opened
    opened.close()


@pytest.mark.parametrize("seed", range(8))
def test_what_is_passed_over_ends_as_if_all_had_been_judged(seed: int, store: Store) -> None:
    dice = Dice(seed)
    first = CHANGES[2 * seed : 2 * seed + 2]
    before, after = changed(base(), dice.sample(CHANGES, 1), dice), None
    while before is None or after is None:
        before = before or changed(base(), [], dice)
        after = changed(copy.deepcopy(base()), first, dice)
    events = history(dice)

    narrowed, shown = rejudged(store, before, after, events, everything=False)
    whole, all_shown = rejudged(store, before, after, events, everything=True)

    assert narrowed == whole
    assert counts(shown) == counts(all_shown)
