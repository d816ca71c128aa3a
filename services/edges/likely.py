"""What an incident is likely about: page, element, cause, device and release of those affected, and three of them.

Of findings here; of those who were lost in `lost`, of events that stay away in `absent`.
"""

from collections import Counter
from collections.abc import Sequence

from services.core.journey import Journey
from services.core.spikes.baseline import HOUR_MS
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, SILENCE, Cell
from services.core.spikes.incident import Evidence
from services.edges.absent import absent
from services.edges.lost import lost
from services.edges.rates import Asks

MOST = 0.6
"""Of those affected have it in common; less is no likely cause."""

ABOUT = """
WITH stuck AS
(
    SELECT session_id, visitor, page, element, cause, value, currency, evidence
    FROM findings FINAL
    WHERE project = {project:String} AND NOT intended AND detector = {detector:String} AND stage = {stage:String}
        AND ({job:String} = '' OR job = {job:String})
        AND opened_on >= toDate32(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) - 2
        AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
        AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
),
told AS
(
    SELECT
        id, multiIf(JSONExtractString(context, 'device', 'type') != '', JSONExtractString(context, 'device', 'type'),
            JSONExtractString(context, 'os', 'name')) AS device,
        JSONExtractString(context, 'app', 'version') AS release
    FROM events
    WHERE project = {project:String}
        AND toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) - 2
        AND visitor IN (SELECT visitor FROM stuck) AND id IN (SELECT evidence[1] FROM stuck)
)
SELECT
    groupArray(1000)(tuple(page, element, cause, device, release)) AS places,
    sum(value) AS value, topKIf(1)(currency, currency != '') AS currencies,
    arraySlice(arraySort(groupUniqArray(1000)(session_id)), 1, 3) AS examples
FROM stuck
LEFT JOIN told ON told.id = stuck.evidence[1]
"""


def about(store: Asks, project: str, cell: Cell, hours: tuple[int, int], journey: Journey) -> Evidence:
    """Looked up in the hours from the first to the last, both included."""
    if cell.detector == SILENCE:
        return absent(store, project, hours, journey.zone)
    if cell.detector in (NOT_GOING_ON, JOB_SUCCESS):
        return lost(store, project, cell, hours, [stage.name for stage in journey.stages])
    return _stuck(store, project, cell, hours)


def _stuck(store: Asks, project: str, cell: Cell, hours: tuple[int, int]) -> Evidence:
    asked = {
        "project": project,
        "detector": cell.detector,
        "stage": cell.stage,
        "job": cell.job,
        "from_ms": hours[0] * HOUR_MS,
        "to_ms": (hours[1] + 1) * HOUR_MS,
    }
    [row] = store.query(ABOUT, asked)
    page, element, cause, device, release = (_in_common([place[at] for place in row["places"]]) for at in range(5))
    return Evidence(
        page=page,
        element=element,
        cause=cause,
        device=device,
        release=release,
        value=row["value"],
        currency=row["currencies"][0] if row["currencies"] else "",
        sessions=tuple(row["examples"]),
    )


def _in_common(values: Sequence[str]) -> str:
    """What most of them are, "" where there is no such."""
    [(value, times)] = Counter(values).most_common(1) or [("", 0)]
    return value if times >= MOST * len(values) else ""
