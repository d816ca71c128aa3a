"""Incidents, what was sent of them, and what is snoozed: the tables' rows, written and read."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from services.core.rows import Row
from services.core.spikes.delivery import Delivery, Key
from services.core.spikes.incident import Incident
from services.edges.rates import Asks

KNOWN = """
SELECT document FROM incidents FINAL
WHERE project = {project:String} AND (recovered = 0 OR recovered >= {since:UInt32})
ORDER BY began DESC
"""
CHANGED = "SELECT document FROM incidents FINAL WHERE judged >= {since:UInt32} ORDER BY began"
ONE = "SELECT document FROM incidents FINAL WHERE project = {project:String} AND id = {id:String}"
DELIVERIES = """
SELECT project, id, moment, receiver, state, attempts, doubts, detail, again_ms, version
FROM deliveries FINAL
WHERE version >= {since:UInt64}
ORDER BY version DESC
"""
ONE_DELIVERY = """
SELECT project, id, moment, receiver, state, attempts, doubts, detail, again_ms, version
FROM deliveries FINAL
WHERE project = {project:String} AND id = {id:String} AND moment = {moment:String} AND receiver = {receiver:String}
"""
DEAD = """
SELECT project, id, moment, receiver, state, attempts, doubts, detail, again_ms, version
FROM deliveries FINAL
WHERE project = {project:String} AND state = 'dead'
ORDER BY version DESC
LIMIT 1000
"""
SNOOZED = "SELECT id FROM snoozes FINAL WHERE until_ms > {now:Int64}"


class IncidentRow(Row):
    """An incident as it stands."""

    project: str
    id: str
    state: str
    began: int
    judged: int
    recovered: int
    document: str
    version: int


class SnoozeRow(Row):
    """An incident that nobody wants to hear of until then."""

    project: str
    id: str
    until_ms: int
    version: int


class Keeps(Asks, Protocol):
    """Answers SQL and takes rows: `services.edges.clickhouse.Store`."""

    def insert(self, table: str, rows: Sequence[Row]) -> None: ...


def save_incidents(store: Keeps, incidents: Sequence[Incident], version: int) -> None:
    """Make this how they stand."""
    store.insert("incidents", [_row(one, version) for one in incidents])


def _row(one: Incident, version: int) -> IncidentRow:
    return IncidentRow(
        project=one.project,
        id=one.id,
        state=one.state,
        began=one.began,
        judged=one.judged,
        recovered=one.recovered,
        document=msgspec.json.encode(one).decode(),
        version=version,
    )


def known_incidents(store: Asks, project: str, since: int) -> list[Incident]:
    """The open ones and those that recovered since an hour, the newest first."""
    return _incidents(store, KNOWN, project=project, since=since)


def changed_incidents(store: Asks, since: int) -> list[Incident]:
    """Of all projects, those judged since an hour."""
    return _incidents(store, CHANGED, since=since)


def one_incident(store: Asks, project: str, id_: str) -> Incident | None:
    return next(iter(_incidents(store, ONE, project=project, id=id_)), None)


def _incidents(store: Asks, sql: str, **parameters: str | int) -> list[Incident]:
    return [msgspec.json.decode(row["document"], type=Incident) for row in store.query(sql, parameters)]


def deliveries(store: Asks, since: int) -> list[Delivery]:
    """All that was tried since a version (milliseconds), the newest first."""
    return msgspec.convert(store.query(DELIVERIES, {"since": since}), list[Delivery])


def one_delivery(store: Asks, key: Key) -> Delivery | None:
    """As it stands now."""
    rows = store.query(ONE_DELIVERY, dict(zip(("project", "id", "moment", "receiver"), key, strict=True)))
    return next(iter(msgspec.convert(rows, list[Delivery])), None)


def dead_letters(store: Asks, project: str) -> list[Delivery]:
    """What was given up."""
    return msgspec.convert(store.query(DEAD, {"project": project}), list[Delivery])


def snoozed(store: Asks, now: int) -> set[str]:
    """Ids of incidents that nobody wants to hear of now."""
    return {row["id"] for row in store.query(SNOOZED, {"now": now})}
