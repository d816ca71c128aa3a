"""What a digest counts: sessions that began within some days, each once, as the API's answers of these days count them.

Apart from `rates`, whose windows are hours: a session that is somewhere for three of them is in each.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from services.core.duration import millis
from services.core.journey import Journey
from services.core.spikes.baseline import Window
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, Cell
from services.core.spikes.digest import Counted
from services.edges.rates import Asks

INSIDE = """
WITH inside AS
(
    SELECT *
    FROM sessions FINAL
    WHERE project = {project:String}
        AND opened_on BETWEEN toDate32(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
            AND toDate32(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')) + {longest_days:UInt16}
        AND toUnixTimestamp64Milli(started_at) >= {from_ms:Int64} AND toUnixTimestamp64Milli(started_at) < {to_ms:Int64}
        AND (empty({jobs:Array(String)}) OR job IN {jobs:Array(String)})
)
"""
# Stage '' stands for the whole session.
PRESENT = f"""
{INSIDE}
SELECT stage, count() AS sessions, uniqExact(visitor) AS visitors
FROM inside
ARRAY JOIN arrayDistinct(arrayConcat([''], path_stage)) AS stage
GROUP BY stage
"""
STUCK = f"""
{INSIDE}
SELECT detector, stage, uniqExact(session_id) AS sessions
FROM findings FINAL
WHERE project = {{project:String}} AND NOT intended AND detector IN {{detectors:Array(String)}}
    AND opened_on BETWEEN toDate32(fromUnixTimestamp64Milli({{from_ms:Int64}}, 'UTC'))
        AND toDate32(fromUnixTimestamp64Milli({{to_ms:Int64}}, 'UTC')) + {{longest_days:UInt16}}
    AND session_id IN (SELECT id FROM inside)
GROUP BY detector, stage
"""
# Who is still there may yet go on.
STAYED = f"""
{INSIDE}
SELECT
    stage, count() AS came,
    countIf(NOT arrayExists(
        (later, place) -> place > entry
            AND indexOf({{stages:Array(String)}}, later) > indexOf({{stages:Array(String)}}, stage),
        path_stage, arrayEnumerate(path_stage))) AS stayed
FROM
(
    SELECT path_stage, arrayJoin(arrayDistinct(path_stage)) AS stage, indexOf(path_stage, stage) AS entry
    FROM inside
    WHERE state = 'closed'
)
GROUP BY stage
"""
FAILED = f"""
{INSIDE}
SELECT job, count() AS ended, countIf(toUnixTimestamp64Milli(outcome_at) = 0) AS failed
FROM inside
WHERE state = 'closed'
GROUP BY job
"""


def counted(
    store: Asks, journey: Journey, project: str, days: tuple[date, date], jobs: Collection[str] = ()
) -> Counted:
    """The sessions of the days from the first to before the last, of these jobs only where any are named. Blocks."""
    since, until = (_begins(day, journey.zone) for day in days)
    asked = {
        "project": project,
        "from_ms": since,
        "to_ms": until,
        "longest_days": millis(journey.sessions.max_length) // 86_400_000 + 2,
        "jobs": list(jobs),
    }
    present = {row["stage"]: row for row in store.query(PRESENT, asked)}
    cells = {**_stuck(store, journey, asked, present), **_left(store, journey, asked)}
    everybody = present.get("", {"sessions": 0, "visitors": 0})
    return Counted(everybody["sessions"], everybody["visitors"], cells)


def _begins(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time(), zone).astimezone(UTC).timestamp() * 1000)


def _stuck(
    store: Asks, journey: Journey, asked: dict[str, object], present: dict[str, dict[str, int]]
) -> dict[Cell, Window]:
    looked_for = {detector.name for detector in journey.detectors()}
    watched = looked_for & set(journey.alerts.friction if journey.alerts.friction is not None else looked_for)
    return {
        Cell(row["detector"], row["stage"]): Window(there, min(there, row["sessions"]))
        for row in store.query(STUCK, {**asked, "detectors": sorted(watched)})
        if (there := present.get(row["stage"], {}).get("sessions", 0))
    }


def _left(store: Asks, journey: Journey, asked: dict[str, object]) -> dict[Cell, Window]:
    stages = [stage.name for stage in journey.stages]
    return dict(_left_stages(store, stages, asked)) | {
        Cell(JOB_SUCCESS, "", row["job"]): Window(row["ended"], row["failed"]) for row in store.query(FAILED, asked)
    }


def _left_stages(store: Asks, stages: list[str], asked: dict[str, object]) -> Iterator[tuple[Cell, Window]]:
    """Of each stage but the last."""
    for row in store.query(STAYED, {**asked, "stages": stages}):
        if row["stage"] in stages[:-1]:
            yield Cell(NOT_GOING_ON, row["stage"]), Window(row["came"], row["stayed"])
