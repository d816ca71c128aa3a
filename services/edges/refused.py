"""The refused events in the table as whoever runs the installation may see them: of every project, and of none.

What a single project may see of its own is a question of the API (services/api/questions/refused.py).
"""

import base64
from collections.abc import Iterable
from typing import Any

import msgspec

from services.core.event import Millis
from services.core.refusal_row import Place
from services.core.rows import ReplayedRow
from services.edges.clickhouse import Store

LATEST = 1 << 52  # no clock of ours comes so far

WHERE = """
WHERE ({project:String} = '' OR project = {project:String})
    AND ({reason:String} = '' OR reason = {reason:String})
    AND refused_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
    AND refused_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
    AND ({replayed:Bool} OR (project, log_id, partition, offset) NOT IN
        (SELECT project, log_id, partition, offset FROM refused_replays))
"""
COUNTS = f"""
SELECT project, reason, count() AS events
FROM refused_events FINAL
{WHERE}
GROUP BY project, reason
ORDER BY project, events DESC, reason
"""
COLUMNS = f"""
SELECT
    project, log_id, partition, offset, toUnixTimestamp64Milli(refused_at) AS at, reason, detail, raw, size,
    type, skew, historical, seen
FROM refused_events FINAL
{WHERE}
"""
NEWEST = COLUMNS + "ORDER BY refused_at DESC, log_id DESC, partition DESC, offset DESC LIMIT {limit:UInt32}"
ONWARDS = (
    COLUMNS
    + """
    AND (refused_at, log_id, partition, offset)
        > (fromUnixTimestamp64Milli({after:Int64}, 'UTC'), {after_log:String}, {after_partition:UInt32},
           {after_offset:Int64})
ORDER BY refused_at, log_id, partition, offset LIMIT {limit:UInt32}
"""
)


class Wanted(msgspec.Struct, frozen=True):
    """Which refused events: of a project, for a reason, refused within a half-open time; empty lets all through."""

    project: str = ""
    reason: str = ""
    since: Millis = 0
    until: Millis = LATEST
    replayed: bool = False  # also those that were sent again and taken


class Refused(msgspec.Struct, frozen=True):
    """One refused event as it was kept."""

    project: str
    log_id: str
    partition: int
    offset: int
    at: Millis
    reason: str
    detail: str
    raw: bytes
    size: int
    type: str
    skew: int  # milliseconds
    historical: bool
    seen: str = ""

    @property
    def place(self) -> Place:
        return Place(self.log_id, self.partition, self.offset)

    @property
    def whole(self) -> bool:
        """Is it kept to its last byte?"""
        return len(self.raw) == self.size


class Count(msgspec.Struct, frozen=True):
    """How many of a project were refused for a reason."""

    project: str
    reason: str
    events: int


def count_refused(store: Store, wanted: Wanted) -> list[Count]:
    return msgspec.convert(store.query(COUNTS, msgspec.structs.asdict(wanted)), list[Count])


def newest_refused(store: Store, wanted: Wanted, limit: int) -> list[Refused]:
    """The newest first."""
    return _read(store, NEWEST, msgspec.structs.asdict(wanted) | {"limit": limit})


def refused_after(store: Store, wanted: Wanted, last: Refused | None, limit: int) -> list[Refused]:
    """The oldest first, from the one after `last` on."""
    cursor: dict[str, Any] = {"after": -1, "after_log": "", "after_partition": 0, "after_offset": -1}
    if last is not None:
        cursor = {
            "after": last.at,
            "after_log": last.log_id,
            "after_partition": last.partition,
            "after_offset": last.offset,
        }
    return _read(store, ONWARDS, msgspec.structs.asdict(wanted) | cursor | {"limit": limit})


def mark_replayed(store: Store, replayed: Iterable[Refused], now: Millis) -> None:
    """Note that these were sent again and taken; from now on they are shown only when asked for."""
    store.insert(
        "refused_replays",
        [
            ReplayedRow(
                log_id=one.log_id,
                partition=one.partition,
                offset=one.offset,
                project=one.project,
                replayed_at=now,
            )
            for one in replayed
        ],
    )


def _read(store: Store, sql: str, parameters: dict[str, Any]) -> list[Refused]:
    rows = store.query(sql, parameters)
    return [Refused(**row | {"raw": base64.b64decode(row["raw"])}) for row in rows]
