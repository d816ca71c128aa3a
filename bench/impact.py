"""Whether the impact of pain points is right: `uv run python -m bench.impact --shops 200`.

Shops are simulated in which rage clicks cost 10 points of conversion, but those who rage-click are the more motivated:
by job, device, and whether they came before, both grow together. Each shop's sessions go into the real store, and the
real question is asked. Printed is how often the naive difference has the wrong sign, how far the adjusted one is off
in the mean, and how often its 95 % interval holds the truth.
"""

import argparse
import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from services.api.period import Period
from services.api.question import Asked
from services.api.questions.freshness import Freshness, to_millis
from services.api.questions.pain_points import PainPoint, PainPointsQuestion, ask_pain_points
from services.core.journey import Journey, read_journey
from services.core.rows import FindingRow, SessionRow
from services.edges.clickhouse import Store

COST = 0.10
START = datetime(2026, 1, 10, tzinfo=UTC)
PERIOD = Period(since=START, until=START + timedelta(days=1))
# (job, device, came before) → how many of a hundred, their conversion unhindered, the share that meets the friction
STRATA = {
    ("browse_around", "mobile", False): (30, 0.22, 0.05),
    ("browse_around", "desktop", False): (20, 0.30, 0.10),
    ("replace", "mobile", False): (20, 0.50, 0.40),
    ("replace", "desktop", False): (10, 0.60, 0.50),
    ("replace", "desktop", True): (20, 0.85, 0.75),
}


def journey() -> Journey:
    stages = [{"name": name, "enter": {"event": name}} for name in ("browse", "checkout", "bought")]
    stages[2]["role"] = "done"
    return read_journey({"journey": "bench", "stages": stages})


def shop(random: Random, project: str, sessions: int) -> tuple[list[SessionRow], list[FindingRow]]:
    """A shop's sessions, and its findings."""
    kinds, weights = list(STRATA), [size for size, *_ in STRATA.values()]
    rows: list[SessionRow] = []
    found: list[FindingRow] = []
    for number, (job, device, returning) in enumerate(random.choices(kinds, weights, k=sessions)):
        _, conversion, share = STRATA[job, device, returning]
        rages = random.random() < share
        buys = random.random() < conversion - (COST if rages else 0.0)
        if returning:
            rows.append(visit(project, f"{number}b", START - timedelta(days=5), ["browse"], visitor=f"v{number}"))
        way = ["browse", "checkout", *(["bought"] if buys else [])]
        row = visit(project, str(number), START, way, visitor=f"v{number}", job=job, device=device)
        rows.append(row)
        if rages:
            found.append(rage(row))
    return rows, found


def visit(project: str, session_id: str, at: datetime, way: list[str], **given: object) -> SessionRow:
    """A session that goes such a way, a minute a stage."""
    moments = [to_millis(at) + 60_000 * place for place in range(len(way))]
    row = SessionRow(
        project=project, opened_on=at.date().isoformat(), id=session_id, partition=0, version=1,
        started_at=moments[0], ended_at=moments[-1], state="closed", stage=way[-1], path_stage=way,
        path_step=[""] * len(way), path_started_at=moments, path_ended_at=moments, path_event=["e"] * len(way),
    )  # fmt: skip
    for name, value in given.items():
        setattr(row, name, value)
    return row


def rage(row: SessionRow) -> FindingRow:
    """A rage click in the checkout."""
    return FindingRow(
        project=row.project, opened_on=row.opened_on, session_id=row.id, id=f"f{row.id}", visitor=row.visitor,
        detector="rage_click", stage="checkout", occurred_at=row.started_at + 90_000, severity=2, partition=0,
        version=1,
    )  # fmt: skip


def ask(store: Store, project: str) -> PainPoint:
    """The shop's one pain point."""
    asked = Asked(store, journey(), project, PERIOD, Freshness(PERIOD.until, None))
    (point,) = ask_pain_points(asked, PainPointsQuestion()).pain_points
    return point


def points(store: Store, shops: int, sessions: int, seed: int) -> Iterator[PainPoint]:
    """The pain point of each simulated shop."""
    random = Random(seed)
    for number in range(shops):
        rows, found = shop(random, f"shop{number}", sessions)
        store.insert("sessions", rows)
        store.insert("findings", found)
        yield ask(store, f"shop{number}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=200)
    parser.add_argument("--sessions", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"chdb://{folder}")
        found = list(points(store, arguments.shops, arguments.sessions, arguments.seed))
        store.close()
    adjusted = [one.adjusted for one in found if one.adjusted]
    lost = [one.lost_conversions.estimate / one.affected for one in found if one.lost_conversions]
    print(f"{arguments.shops} shops of {arguments.sessions:,} sessions; the friction costs {COST:.0%} of conversion")
    print(f"naive difference, mean              {statistics.mean(one.naive or 0.0 for one in found):+.3f}")
    print(f"naive difference has the wrong sign {sum((one.naive or 0) < 0 for one in found) / len(found):.1%}")
    print(f"adjusted difference, mean           {statistics.mean(one.estimate for one in adjusted):+.4f}")
    print(f"lost conversions an affected one    {statistics.mean(lost):+.4f}")
    near = sum(abs(one.estimate - COST) <= COST / 5 for one in adjusted)
    held = sum(one.low <= COST <= one.high for one in adjusted)
    print(f"within 20 % of the truth            {near / len(found):.1%}")
    print(f"interval holds the truth            {held / len(found):.1%}")


if __name__ == "__main__":
    main()
