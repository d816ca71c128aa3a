"""What an incident is likely about: page, element, cause, device and release of those affected, and three of them.

Of findings here; of those who were lost in `lost`, of events that stay away in `absent`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from services.core.journey import Journey
from services.core.spikes.baseline import HOUR_MS
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, SILENCE, Cell
from services.core.spikes.incident import Evidence
from services.edges.absent import absent
from services.edges.fates import Fates
from services.edges.lost import lost
from services.edges.rates import Asks
from services.edges.slots import slots

MOST = 0.6
"""Of those affected have it in common; less is no likely cause."""

ABOUT = """
SELECT
    groupArray(1000)(tuple(page, element, cause)) AS places,
    sum(value) AS value, topKIf(1)(currency, currency != '') AS currencies,
    arraySlice(arraySort(groupUniqArray(1000)(session_id)), 1, 3) AS examples
FROM findings FINAL
WHERE project = {project:String} AND NOT intended AND detector = {detector:String} AND stage = {stage:String}
    AND ({job:String} = '' OR job = {job:String})
    AND opened_on >= toDate32(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) - 2
    AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
"""
# All who came to the stage; stage '' stands for the whole session.
MEETING = """
    SELECT
        id, any(visitor) AS visitor, min(run.2) AS moment, any(if(device != '', device, os)) AS device,
        any(exit_page) AS page,
        id IN
        (
            SELECT session_id FROM findings FINAL
            WHERE project = {project:String} AND NOT intended AND detector = {detector:String}
                AND stage = {stage:String}
                AND opened_on BETWEEN toDate32(fromUnixTimestamp64Milli({first_ms:Int64}, 'UTC')) - 2
                    AND toDate32(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')) + 1
        ) AS lost
    FROM sessions FINAL
    ARRAY JOIN arrayConcat([('', started_at)], arrayZip(path_stage, path_started_at)) AS run
    WHERE project = {project:String} AND run.1 = {stage:String} AND ({job:String} = '' OR job = {job:String})
        AND opened_on BETWEEN toDate32(fromUnixTimestamp64Milli({first_ms:Int64}, 'UTC')) - 2
            AND toDate32(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')) + 1
    GROUP BY id
"""


def about(store: Asks, project: str, cell: Cell, hours: tuple[int, int], journey: Journey) -> Evidence:
    """Looked up in the hours from the first to the last, both included."""
    if cell.detector == SILENCE:
        return absent(store, project, hours, journey.zone)
    if cell.detector in (NOT_GOING_ON, JOB_SUCCESS):
        return lost(store, project, cell, hours, [stage.name for stage in journey.stages])
    return _stuck(store, project, cell, hours)


def page_of(store: Asks, project: str, cell: Cell, hours: tuple[int, int]) -> str:
    """The page where most of a friction happens."""
    return _in_common([page for page, *_ in _found(store, _asked(project, cell, hours))["places"]])


def _stuck(store: Asks, project: str, cell: Cell, hours: tuple[int, int]) -> Evidence:
    asked = _asked(project, cell, hours)
    row, fates = _found(store, asked), Fates(store, MEETING, asked)
    page, element, cause = (_in_common([place[at] for place in row["places"]]) for at in range(3))
    return Evidence(
        page=page,
        element=element,
        cause=cause,
        device=fates.device,
        release=fates.release,
        value=row["value"],
        currency=row["currencies"][0] if row["currencies"] else "",
        sessions=tuple(row["examples"]),
    )


def _asked(project: str, cell: Cell, hours: tuple[int, int]) -> dict[str, str | int]:
    return {**cell._asdict(), "project": project, "from_ms": hours[0] * HOUR_MS, **slots(*hours)}


def _found(store: Asks, asked: Mapping[str, str | int]) -> dict[str, Any]:
    [row] = store.query(ABOUT, asked)
    return row


def _in_common(values: Sequence[str]) -> str:
    """What most of them are, "" where there is no such."""
    [(value, times)] = Counter(values).most_common(1) or [("", 0)]
    return value if times >= MOST * len(values) else ""
