"""A shop of which everything is drawn by chance: sessions, findings and events, for references to be held against."""

from dataclasses import dataclass
from itertools import groupby
from random import Random

import msgspec

from services.core.event import Event
from services.core.rows import FindingRow, SessionRow
from services.edges.clickhouse import Store
from tests.api.said import forget
from tests.api.shop import fill, finding, moment, session

PLACES = ["browse", "basket", "checkout", "checkout.address", "checkout.payment", "bought"]
HOUR = 3600
DAYS = 40


@dataclass(frozen=True)
class RandomShop:
    """What was drawn, as it stands in the store."""

    sessions: list[SessionRow]
    findings: list[FindingRow]
    events: list[Event]

    def put(self, store: Store) -> None:
        """In place of what was there."""
        forget(store, "sessions", "findings", "events")
        fill(store, self.sessions, self.findings)
        store.insert_lines("events", [msgspec.json.encode(event) for event in self.events])


def random_shop(number: int, size: int) -> RandomShop:
    """The same for the same number."""
    dice = Random(number)
    sessions = [drawn_session(dice, hour) for hour in sorted(dice.sample(range(DAYS * 24), size))]
    findings = [one for row in sessions for one in drawn_findings(dice, row)]
    return RandomShop(sessions, findings, [act for row in sessions for act in drawn_events(dice, row)])


def drawn_session(dice: Random, hour: int) -> SessionRow:
    """Half an hour at most, so that no two overlap, whoever they are of."""
    places = [place for place, _ in groupby(dice.choices(PLACES, weights=[5, 4, 3, 2, 2, 2], k=dice.randint(0, 5)))]
    start = hour * HOUR + dice.randint(0, 600)
    ats = [start, *sorted(start + one for one in dice.sample(range(1, 900), 8))]
    way = ", ".join(f"{at}-{at + dice.choice([0, 0.5])} {place}" for at, place in zip(ats, places, strict=False))
    who = dice.randint(0, 25)
    row = session(
        way,
        visitor=f"v{who}",
        user=f"u{who % 7}" if dice.random() < 0.4 else "",
        job=dice.choice(["gift", "replace", "unassigned"]),
        device=dice.choice(["mobile", "desktop", ""]),
        country=dice.choice(["DE", "NO"]),
        campaign=dice.choice(["", "spring"]),
        referrer_class=dice.choice(["search", "direct"]),
        journey_version=dice.choice(["v1", "v2", "v3"]),
        state=dice.choices(["closed", "open"], weights=[6, 1])[0],
        pages=dice.randint(0, 9),
        value=float(dice.randint(0, 5)),
        currency="EUR",
    )
    row.started_at, row.ended_at = moment(start), moment(start + 1_000)
    row.opened_on = f"2026-01-{1 + start // 86_400:02}" if start < 31 * 86_400 else f"2026-02-{start // 86_400 - 30:02}"
    row.outcome_at = moment(start + dice.randint(1, 900)) if row.job == "gift" and dice.random() < 0.4 else 0
    return row


def drawn_findings(dice: Random, row: SessionRow) -> list[FindingRow]:
    """None most often; of places that were passed, or were not."""
    count = dice.choice([0, 0, 0, 1, 2])
    began = (row.started_at - moment(0)) / 1000
    return [
        finding(
            row, dice.choice(["rage_click", "loop", "checkout_abandonment"]), dice.choice(PLACES),
            began + dice.randint(1, 900), intended=dice.random() < 0.2, severity=dice.randint(1, 3),
        )
        for _ in range(count)
    ]  # fmt: skip


def drawn_events(dice: Random, row: SessionRow) -> list[Event]:
    """Some acts, two of them at one moment, seconds apart else; and what a few say of their job."""
    names = dice.choices(["a", "b", "c", "d"], k=dice.randint(0, 5))
    names += ["done_stated"] if dice.random() < 0.1 else []
    seconds = sorted(dice.sample(range(0, 1_000, 3), len(names)))
    return [
        Event(
            id=f"{row.id}-{number}", project="shop", visitor=row.visitor, type="track", name=name,
            occurred_at=row.started_at + second * 1000, received_at=row.started_at + second * 1000,
        )
        for number, (name, second) in enumerate(zip(names, seconds, strict=True))
    ]  # fmt: skip
