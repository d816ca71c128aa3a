"""What customers say and do during sessions, as events; and forgetting sessions between examples."""

from collections.abc import Sequence

import msgspec

from services.core.event import Event
from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.shop import numbers


def say(store: Store, rows: Sequence[SessionRow], name: str, props: str = "{}", *, after_ms: int = 1) -> None:
    """Let the visitor of each session do something so long after it began."""
    acts = [
        Event(
            id=f"said{next(numbers)}", project=row.project, visitor=row.visitor, type="track", name=name,
            occurred_at=row.started_at + after_ms, received_at=row.started_at + after_ms,
            props=msgspec.Raw(props.encode()),
        )
        for row in rows
    ]  # fmt: skip
    store.insert_lines("events", [msgspec.json.encode(act) for act in acts])


def forget(store: Store, *tables: str) -> None:
    """Empty tables, so that each example of a property begins with none."""
    for table in tables:
        store.empty(table)
