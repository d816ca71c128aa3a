"""What stands in the store, read in the order of time to be judged again, and what came of that put into its place."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import msgspec

from services.core.act import Act
from services.core.event import Event
from services.core.form import FORM_FIELD
from services.core.hindsight import Known
from services.core.learning import Walk
from services.core.stored import VisitorState
from services.core.tab import HIDING
from services.edges.clickhouse import Store

Columns = Sequence[Sequence[Any]]

DAYS = """
SELECT toString(toDate(occurred_at)) AS day, count() AS events
FROM events WHERE project = {project:String} AND occurred_at >= toDateTime64({since:String}, 3, 'UTC')
GROUP BY day ORDER BY day
"""
# An event's surroundings are read only where a journey asks for them.
EVENTS = """
SELECT visitor, id, name, path, user, toUnixTimestamp64Milli(occurred_at), toUnixTimestamp64Milli(watermark_at) > 0,
    props, if({surroundings:Bool}, context, '{}'), if({surroundings:Bool}, url, ''),
    if({surroundings:Bool}, referrer, ''), seen
FROM events FINAL
WHERE project = {project:String} AND toDate(occurred_at) = {day:Date}
ORDER BY visitor, occurred_at, id
"""
SESSIONS = """
SELECT id, toString(opened_on), visitor, user, toUnixTimestamp64Milli(ended_at), late, historical, version, stage, job,
    outcome_event != ''
FROM sessions FINAL
WHERE project = {project:String} AND opened_on BETWEEN {first:Date} AND {last:Date}
"""
FINDINGS = """
SELECT session_id, groupArray(id), groupArray(detector)
FROM findings FINAL
WHERE project = {project:String} AND opened_on BETWEEN {first:Date} AND {last:Date}
GROUP BY session_id
"""
IN_HAND = "SELECT blob FROM session_state FINAL WHERE project = {project:String} AND is_deleted = 0"
DONE = "SELECT toString(day), attempt, difference FROM rejudged_days FINAL WHERE run = {run:String} ORDER BY day"
LINES = """
SELECT target, lines FROM rejudged
WHERE run = {run:String} AND day = {day:Date} AND attempt = {attempt:String}
ORDER BY target
"""
WALKS = """
SELECT job, path_stage, path_step, arrayMap(at -> toUnixTimestamp64Milli(at), path_started_at),
    toUnixTimestamp64Milli(ended_at)
FROM sessions FINAL
WHERE project = {project:String} AND opened_on >= {since:Date} AND state = 'closed' AND notEmpty(path_stage)
"""
FORMS = """
SELECT visitor, id, name, path, toUnixTimestamp64Milli(occurred_at), props
FROM events FINAL
WHERE project = {project:String} AND toDate(occurred_at) >= {since:Date} AND name IN {names:Array(String)}
ORDER BY visitor, occurred_at, id
"""
QUESTIONS = {
    "walks": WALKS,
    "forms": FORMS,
    "days": DAYS,
    "events": EVENTS,
    "sessions": SESSIONS,
    "findings": FINDINGS,
    "in_hand": IN_HAND,
    "done": DONE,
    "lines": LINES,
}

_props: Callable[[str], dict[str, Any]] = msgspec.json.Decoder(dict[str, Any]).decode
_STATE = msgspec.msgpack.Decoder(VisitorState)


class Archive(Protocol):
    """Answers what is asked about history and keeps what is told. Raises StoreError."""

    def ask(self, question: str, parameters: Mapping[str, Any]) -> Iterator[Columns]:
        """The answer to one of `QUESTIONS`, columns of a block each."""
        ...

    def keep(self, table: str, columns: Sequence[str], lines: bytes) -> None:
        """Write rows, JSON lines."""
        ...

    def save_journey(self, version: str, document: str) -> None:
        """Give answers by this journey from now on."""
        ...

    def forget(self) -> None:
        """Remove what was kept aside, of all runs: it was judged beside what stood then."""
        ...


class StoreArchive:
    """Asks the database itself."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(self, question: str, parameters: Mapping[str, Any]) -> Iterator[Columns]:
        return self._store.blocks(QUESTIONS[question], parameters)

    def keep(self, table: str, columns: Sequence[str], lines: bytes) -> None:
        self._store.insert_json(table, columns, lines)

    def save_journey(self, version: str, document: str) -> None:
        self._store.save_journey(version, document)

    def forget(self) -> None:
        for table in ("rejudged", "rejudged_days"):
            self._store.empty(table)


def events_of(archive: Archive, project: str, day: str, *, surroundings: bool) -> Iterator[Event]:
    """A day's events by visitor, each visitor's in their order."""
    asked = {"project": project, "day": day, "surroundings": surroundings}
    for block in archive.ask("events", asked):
        for visitor, id_, name, path, user, at, historical, props, context, url, referrer, seen in zip(
            *block, strict=True
        ):
            yield Event(
                id=id_,
                project=project,
                visitor=visitor,
                type="",
                name=name,
                occurred_at=at,
                received_at=at,
                watermark=at if historical else 0,
                user=user,
                path=path,
                url=url,
                referrer=referrer,
                props=msgspec.Raw(props),
                context=msgspec.Raw(context),
                seen=seen,
            )


def known_between(archive: Archive, project: str, first: str, last: str) -> Iterator[Known]:
    """The sessions opened between two days, both included, with their findings."""
    asked = {"project": project, "first": first, "last": last}
    found = {
        session: dict(zip(ids, detectors, strict=True))
        for block in archive.ask("findings", asked)
        for session, ids, detectors in zip(*block, strict=True)
    }
    for block in archive.ask("sessions", asked):
        for id_, opened_on, visitor, user, ended, late, historical, version, stage, job, done in zip(
            *block, strict=True
        ):
            yield Known(
                id=id_,
                opened_on=opened_on,
                visitor=visitor,
                user=user,
                ended_at=ended,
                late=bool(late),
                historical=bool(historical),
                version=version,
                stage=stage,
                job=job,
                done=bool(done),
                findings=found.get(id_, {}),
            )


def in_hand(archive: Archive, project: str) -> set[str]:
    """The sessions that a worker may still change, which are left to it."""
    return {
        session.id
        for block in archive.ask("in_hand", {"project": project})
        for blob in block[0]
        for session in _STATE.decode(base64.b64decode(blob)).sessions
    }


def walks(archive: Archive, project: str, since: str) -> Iterator[Walk]:
    """The paths of the closed sessions opened on a day or later."""
    for block in archive.ask("walks", {"project": project, "since": since}):
        for job, stages, steps, started_at, ended_at in zip(*block, strict=True):
            yield Walk(job, stages, steps, started_at, ended_at)


def acts_in_forms(archive: Archive, project: str, since: str) -> Iterator[list[Act]]:
    """What visitors did in forms since a day, a visitor's in order."""
    names = sorted({FORM_FIELD, *HIDING})
    rows = (
        row
        for block in archive.ask("forms", {"project": project, "since": since, "names": names})
        for row in zip(*block, strict=True)
    )
    for _, theirs in groupby(rows, key=itemgetter(0)):
        yield [Act(at, id_, name, path, _props(props)) for _, id_, name, path, at, props in theirs]
