"""How fresh an answer is: the newest event that counts in it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.api.sql import sql
from services.edges.clickhouse import Store


@dataclass(frozen=True)
class Freshness:
    """The newest event of a project, and when a worker last stored anything; None where there is nothing yet."""

    fresh_until: datetime | None
    written_at: datetime | None


def ask_freshness(store: Store, project: str) -> Freshness:
    """Up to when this project's answers reach."""
    row = store.query(sql("freshness"), {"project": project})[0]
    newest = from_millis(row["newest_ms"]) if row["newest_ms"] > 0 else None
    written = row["written_at"]
    return Freshness(newest, written if written and written.year > 1970 else None)


def from_millis(moment: int) -> datetime:
    """The time of so many milliseconds since 1970.

    >>> from_millis(1_500).isoformat()
    '1970-01-01T00:00:01.500000+00:00'
    """
    return datetime.fromtimestamp(moment / 1000, UTC)


def to_millis(moment: datetime) -> int:
    """Milliseconds since 1970.

    >>> to_millis(from_millis(1_767_225_600_001))
    1767225600001
    """
    return round(moment.timestamp() * 1000)
