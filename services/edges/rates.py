"""Counts by hour: who was in a stage, who got stuck there on what, who did not go on, whose job failed.

The stages' evaluation and the API's answer read these same queries, so that a number told can be asked for again.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol

from services.core.spikes.baseline import Window
from services.core.spikes.cell import ALL_JOBS, JOB_SUCCESS, NOT_GOING_ON, Cell

Counts = dict[Cell, dict[int, Window]]

# Sessions by the hours in which they were in a stage; stage '' stands for the whole session.
EXPOSED = """
SELECT stage, job, groupArray(tuple(hour, sessions)) AS counts
FROM
(
    SELECT stage, job, hour, count() AS sessions
    FROM
    (
        SELECT
            id, job, run.1 AS stage,
            arrayJoin(range(toUInt32(intDiv(toUnixTimestamp(run.2), 3600)),
                toUInt32(intDiv(toUnixTimestamp(run.3), 3600)) + 1)) AS hour
        FROM sessions FINAL
        ARRAY JOIN
            arrayConcat([('', started_at, ended_at)], arrayZip(path_stage, path_started_at, path_ended_at)) AS run
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate32(toDateTime({first:UInt32} * 3600, 'UTC')) - 2
                AND toDate32(toDateTime({last:UInt32} * 3600, 'UTC')) + 1
        GROUP BY id, job, stage, hour
    )
    WHERE hour BETWEEN {first:UInt32} AND {last:UInt32}
    GROUP BY stage, job, hour
)
GROUP BY stage, job
"""
AFFECTED = """
SELECT detector, stage, job, groupArray(tuple(hour, sessions)) AS counts
FROM
(
    SELECT detector, stage, job, toUInt32(intDiv(toUnixTimestamp(occurred_at), 3600)) AS hour,
        uniqExact(session_id) AS sessions
    FROM findings FINAL
    WHERE project = {project:String} AND NOT intended
        AND opened_on BETWEEN toDate32(toDateTime({first:UInt32} * 3600, 'UTC')) - 2
            AND toDate32(toDateTime({last:UInt32} * 3600, 'UTC')) + 1
        AND hour BETWEEN {first:UInt32} AND {last:UInt32}
    GROUP BY detector, stage, job, hour
)
GROUP BY detector, stage, job
"""
# Sessions by the hour in which they came to a stage, and those that came to no later one.
CONVERSION = """
SELECT stage, job, groupArray(tuple(hour, came, stayed)) AS counts
FROM
(
    SELECT stage, job, hour, count() AS came, countIf(NOT went_on) AS stayed
    FROM
    (
        SELECT
            id, job, run.1 AS stage, min(run.2) AS entered_at,
            toUInt32(intDiv(toUnixTimestamp(entered_at), 3600)) AS hour,
            indexOf({stages:Array(String)}, stage) AS place,
            arrayExists((s, t) -> indexOf({stages:Array(String)}, s) > place AND t >= entered_at,
                any(path_stage), any(path_started_at)) AS went_on
        FROM sessions FINAL
        ARRAY JOIN arrayZip(path_stage, path_started_at) AS run
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate32(toDateTime({first:UInt32} * 3600, 'UTC')) - 2
                AND toDate32(toDateTime({last:UInt32} * 3600, 'UTC')) + 1
        GROUP BY id, job, stage
    )
    WHERE hour BETWEEN {first:UInt32} AND {last:UInt32}
    GROUP BY stage, job, hour
)
GROUP BY stage, job
"""
SUCCESS = """
SELECT job, groupArray(tuple(hour, ended, failed)) AS counts
FROM
(
    SELECT job, toUInt32(intDiv(toUnixTimestamp(ended_at), 3600)) AS hour, count() AS ended,
        countIf(toUnixTimestamp64Milli(outcome_at) = 0) AS failed
    FROM sessions FINAL
    WHERE project = {project:String} AND state = 'closed'
        AND opened_on BETWEEN toDate32(toDateTime({first:UInt32} * 3600, 'UTC')) - 2
            AND toDate32(toDateTime({last:UInt32} * 3600, 'UTC')) + 1
        AND hour BETWEEN {first:UInt32} AND {last:UInt32}
    GROUP BY job, hour
)
GROUP BY job
"""
EVENTS = """
SELECT toUInt32(intDiv(toUnixTimestamp(occurred_at), 3600)) AS hour, count() AS events
FROM events
WHERE project = {project:String}
    AND occurred_at >= toDateTime({first:UInt32} * 3600, 'UTC')
    AND occurred_at < toDateTime(({last:UInt32} + 1) * 3600, 'UTC')
GROUP BY hour
"""


class Asks(Protocol):
    """Answers SQL: `services.edges.clickhouse.Store`."""

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]: ...


class Hours(NamedTuple):
    """Of whom, and the first and the last hour since 1970, both included."""

    project: str
    first: int
    last: int


def friction_counts(store: Asks, hours: Hours, detectors: Collection[str]) -> Counts:
    """For each detector, stage and job: in each hour, who was there and who got stuck. Also for all jobs together."""
    exposed = _exposed(store, hours)
    affected: defaultdict[Cell, dict[int, int]] = defaultdict(dict)
    for row in store.query(AFFECTED, hours._asdict()):
        if row["detector"] in detectors:
            _add(affected[Cell(row["detector"], row["stage"], row["job"])], row["counts"])
            _add(affected[Cell(row["detector"], row["stage"])], row["counts"])
    return {
        cell: {
            hour: Window(there, min(there, stuck.get(hour, 0)))
            for hour, there in exposed.get((cell.stage, cell.job), {}).items()
        }
        for cell, stuck in affected.items()
    }


def _exposed(store: Asks, hours: Hours) -> dict[tuple[str, str], dict[int, int]]:
    exposed: defaultdict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for row in store.query(EXPOSED, hours._asdict()):
        _add(exposed[row["stage"], row["job"]], row["counts"])
        _add(exposed[row["stage"], ALL_JOBS], row["counts"])
    return exposed


def _add(counts: dict[int, int], more: Collection[tuple[int, int]]) -> None:
    for hour, sessions in more:
        counts[hour] = counts.get(hour, 0) + sessions


def conversion_counts(store: Asks, hours: Hours, stages: Collection[str]) -> Counts:
    """For each stage but the last and each job: who came in each hour, and who did not go on."""
    counts: defaultdict[Cell, dict[int, Window]] = defaultdict(dict)
    order = list(stages)
    for row in store.query(CONVERSION, {**hours._asdict(), "stages": order}):
        if row["stage"] in order[:-1]:
            for job in {row["job"], ALL_JOBS}:
                _add_windows(counts[Cell(NOT_GOING_ON, row["stage"], job)], row["counts"])
    return dict(counts)


def success_counts(store: Asks, hours: Hours) -> Counts:
    """For each job: whose sessions ended in each hour, and who did not get it done."""
    counts: defaultdict[Cell, dict[int, Window]] = defaultdict(dict)
    for row in store.query(SUCCESS, hours._asdict()):
        _add_windows(counts[Cell(JOB_SUCCESS, "", row["job"])], row["counts"])
    return dict(counts)


def _add_windows(windows: dict[int, Window], more: Collection[tuple[int, int, int]]) -> None:
    for hour, exposed, affected in more:
        before = windows.get(hour, Window(0, 0))
        windows[hour] = Window(before.exposed + exposed, before.affected + affected)


def event_counts(store: Asks, hours: Hours) -> dict[int, int]:
    """Events by hour."""
    return {row["hour"]: row["events"] for row in store.query(EVENTS, hours._asdict())}
