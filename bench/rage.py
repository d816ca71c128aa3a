"""Rage clicks on real mouse data of calm office work: `uv run python -m bench.rage`.

The data (balabit_clicks) tells when and where was clicked, not on what, nor what followed. So the product's default is
shown as the data is, with the whole desktop taken for one target, and with what a page would tell.
"""

import csv
import gzip
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from rich.console import Console
from rich.table import Table

from services.core.act import Act
from services.core.finding import Finding
from services.core.journey import read_journey
from services.core.rulebook import Rulebook
from services.core.session import revive
from services.core.stored import Session

FOLDER = Path(__file__).parent.parent.parent / "shared" / "data" / "balabit_clicks"

Props: TypeAlias = dict[str, Any]
Tell: TypeAlias = Callable[[Props], Props]
"""What a page would add to a click of which only the position is known."""

JOURNEY: dict[str, Any] = {"journey": "office", "stages": [{"name": "work", "enter": {"event": "work"}}]}


def left_clicks(folder: Path) -> dict[str, list[Act]]:
    """Each session's presses of the left button, in their order."""
    sessions: dict[str, list[Act]] = {}
    with gzip.open(folder / "events.csv.gz", "rt", newline="") as file:
        for line, row in enumerate(csv.DictReader(file)):
            if row["button"] == "Left":
                act = Act(int(row["ts_ms"]), f"{line:06}", "click", "", {"x": int(row["x"]), "y": int(row["y"])})
                sessions.setdefault(row["visitor_id"], []).append(act)
    return sessions


def bursts(sessions: dict[str, list[Act]], tell: Tell, **rule: Any) -> Iterator[tuple[str, Finding]]:
    """What rage_click finds in each session under a rule."""
    book = Rulebook(read_journey({**JOURNEY, "friction": {"rage_click": rule}}))
    for session, clicks in sessions.items():
        acts = [Act(one.occurred_at, one.id, one.name, "", tell(one.props or {})) for one in clicks]
        acts.sort(key=lambda act: (act.occurred_at, act.id))
        kept = Session(id=session, opened_by="", opened_on="", historical=True, touched_at=0, acts=acts)
        for finding in revive(kept, book).fold.findings.values():
            yield session, finding


def on_the_desktop(props: Props) -> Props:
    """The whole desktop is one target."""
    return {**props, "target": "desktop"}


def answered(share_unanswered: float, seed: int = 1) -> Tell:
    """The page says of each click whether something followed, and of a share at random that nothing did."""
    chance = random.Random(seed)
    return lambda props: {**on_the_desktop(props), "answered": chance.random() >= share_unanswered}


ROWS: tuple[tuple[str, Tell, dict[str, Any]], ...] = (
    ("a plain rule: 3 clicks, anywhere", on_the_desktop, {"clicks": 3}),
    ("our default, the data as it is: nobody says on what was clicked", dict, {}),
    ("our default, were the whole desktop one target", on_the_desktop, {}),
    ("our default, the page says: each click was answered", answered(0), {}),
    ("our default, the page says: 1 % of clicks, at random, were not", answered(0.01), {}),
    ("our default, the page says: 5 % were not", answered(0.05), {}),
)


def main(folder: Path) -> None:
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not there: give the folder of balabit_clicks")
    sessions = left_clicks(folder)
    table = Table(title=f"{sum(map(len, sessions.values())):,} clicks of {len(sessions)} calm sessions")
    table.add_column("rule")
    table.add_column("bursts", justify="right")
    table.add_column("sessions with one", justify="right")
    for title, tell, rule in ROWS:
        table.add_row(title, *_counted(bursts(sessions, tell, **rule)))
    Console(width=110).print(table)


def _counted(found: Iterable[tuple[str, Finding]]) -> tuple[str, str]:
    of = [session for session, _ in found]
    return f"{len(of):,}", str(len(set(of)))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
