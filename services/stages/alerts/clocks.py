"""How far a project's time has come on all partitions: only an hour that is over on each of them is judged.

A partition whose last record is applied holds nobody back: what would come on it has not happened yet.
"""

import msgspec

from services.core.event import Millis
from services.edges.rates import Asks

POSITIONS = """
SELECT partition, next_offset, clocks FROM positions FINAL
WHERE log_id = {log_id:String}
"""
PROJECTS = "SELECT DISTINCT project FROM sessions"
"""Of a low cardinality column, first in the key."""


def projects(store: Asks) -> list[str]:
    """All that have a session."""
    return sorted(row["project"] for row in store.query(PROJECTS))


def partitions_of(store: Asks, log_id: str) -> int:
    """How many the log's topic has, as far as workers have taken them on."""
    [row] = store.query(
        "SELECT max(partitions) AS partitions FROM positions WHERE log_id = {log_id:String}", {"log_id": log_id}
    )
    return int(row["partitions"])


def reached(store: Asks, log_id: str, ends: dict[int, int], now: Millis) -> dict[str, Millis]:
    """Project → the time that has passed on every partition. `ends`: where each partition's log ends.

    A project of which nothing is known on a partition with unread records is held back there as well.
    """
    rows = {row["partition"]: row for row in store.query(POSITIONS, {"log_id": log_id})}
    behind = [
        msgspec.json.decode(rows[partition]["clocks"] or "{}", type=dict[str, list[int]]) if partition in rows else {}
        for partition, end in ends.items()
        if partition not in rows or rows[partition]["next_offset"] < end
    ]
    return {
        project: min((clocks.get(project, [0])[0] for clocks in behind), default=now) for project in projects(store)
    }
