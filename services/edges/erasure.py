"""Erasing visitors: their rows leave every table, and the parts on disk that held them are written anew.

Mutations are not for hot paths, and one may be lost with a crash: so it is counted first what there is, the owner of
a visitor's partition erases once more when it has let go of them, and every worker looks again when it starts.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from services.core.event import Millis
from services.core.rows import ForgottenRow
from services.core.seen import Seen
from services.edges.examples import drop_gone_examples, gone_examples
from services.edges.history_statements import ASIDE
from services.edges.session_counts import days_of, drop_counts
from services.edges.tables import Tables

OF = "project = {project:String} AND visitor IN {visitors:Array(String)}"
UNTIL = "transform(visitor, {visitors:Array(String)}, {until:Array(Int64)}, toInt64(0))"
# What was refused is kept as it came, so that an id is looked for as its JSON, in both spellings that encoders have.
IN_RAW = """project = {project:String} AND multiSearchAny(tryBase64Decode(raw), {names:Array(String)})
    AND toUnixTimestamp64Milli(refused_at) <= arrayMax({until:Array(Int64)})"""

WHERE = {
    "events": f"{OF} AND toUnixTimestamp64Milli(occurred_at) <= {UNTIL}",
    "findings": f"{OF} AND toUnixTimestamp64Milli(occurred_at) <= {UNTIL}",
    "sessions": f"{OF} AND toUnixTimestamp64Milli(started_at) <= {UNTIL}",
    "session_state": OF,
    "believed": OF,
    "refused_events": IN_RAW,
}
IN_ASIDE = {
    "rejudged": "multiSearchAny(lines, {names:Array(String)})",
    "rejudged_visitors": "visitor IN {visitors:Array(String)}",
    "rejudged_kept": "visitor IN {visitors:Array(String)}",
}
"""Where somebody is in what was kept aside: rows of all visitors stand together in one, so that all of it goes."""

AT_ONCE = 20
"""Visitors of one statement, which goes over a table once for all of them; their ids travel in its address."""

FORGOTTEN = """
SELECT project, visitor, toUnixTimestamp64Milli(max(forgotten_at)) AS forgotten_ms
FROM forgotten
WHERE forgotten_at > fromUnixTimestamp64Milli({after:Int64}, 'UTC')
GROUP BY project, visitor
"""
VISITORS = """
SELECT DISTINCT visitor
FROM
(
    SELECT visitor FROM events WHERE project = {project:String} AND (visitor = {id:String} OR user = {id:String})
    UNION ALL
    SELECT visitor FROM sessions WHERE project = {project:String} AND (visitor = {id:String} OR user = {id:String})
    UNION ALL
    SELECT visitor FROM session_state WHERE project = {project:String} AND visitor = {id:String}
)
ORDER BY visitor
"""


def visitors_of(store: Tables, project: str, one: str) -> list[str]:
    """The visitors that an id stands for: itself, and all that were a user of this id."""
    return [str(row["visitor"]) for row in store.query(VISITORS, {"project": project, "id": one})]


def forget(store: Tables, project: str, visitors: Sequence[str], now: Millis) -> dict[str, int]:
    """Have visitors forgotten: first it is noted for good, then erased. Rows erased of each table."""
    rows = [ForgottenRow(project=project, visitor=visitor, forgotten_at=now) for visitor in visitors]
    store.insert("forgotten", rows)
    return erase(store, rows)


def erase(store: Tables, rows: Sequence[ForgottenRow]) -> dict[str, int]:
    """Rows erased of each table, and incidents that named a session as an example; none can be read any more."""
    erased = dict.fromkeys([*WHERE, "incidents"], 0)
    for together in _parts(rows):
        days = days_of(store, WHERE["sessions"], _of(together))
        for table, where in WHERE.items():
            if count := _count(store, table, together):
                store.change(f"ALTER TABLE {table} DELETE WHERE {where} SETTINGS mutations_sync = 2", _of(together))
                erased[table] += count
        drop_counts(store, together[0].project, days)
        if any(_count(store, table, together, where) for table, where in IN_ASIDE.items()):
            for table in ASIDE:
                store.empty(table)
    for project in sorted({row.project for row in rows}):
        erased["incidents"] += drop_gone_examples(store, project)
    return erased


def left_of(store: Tables, rows: Sequence[ForgottenRow]) -> int:
    """Rows that are still there of those who were to be forgotten."""
    named = sum(len(gone_examples(store, project)) for project in {row.project for row in rows})
    return named + sum(_count(store, table, together) for together in _parts(rows) for table in WHERE)


def rows_of(store: Tables, table: str, rows: Sequence[ForgottenRow]) -> Iterator[dict[str, Any]]:
    """What a table has of visitors."""
    seen = f", {', '.join(Seen._fields)}" if table == "events" else ""
    for together in _parts(rows):
        yield from store.query(f"SELECT *{seen} FROM {table} FINAL WHERE {WHERE[table]}", _of(together))


def _parts(rows: Sequence[ForgottenRow]) -> Iterator[list[ForgottenRow]]:
    """Those of one project, so many at once."""
    for project in sorted({row.project for row in rows}):
        of = [row for row in rows if row.project == project]
        for first in range(0, len(of), AT_ONCE):
            yield of[first : first + AT_ONCE]


def _count(store: Tables, table: str, rows: Sequence[ForgottenRow], where: str = "") -> int:
    [found] = store.query(f"SELECT count() AS n FROM {table} WHERE {where or WHERE[table]}", _of(rows))
    return int(found["n"])


def _of(rows: Sequence[ForgottenRow]) -> dict[str, Any]:
    return {
        "project": rows[0].project,
        "visitors": [row.visitor for row in rows],
        "until": [row.forgotten_at for row in rows],
        "names": [name for row in rows for name in _spellings(row.visitor)],
    }


def _spellings(visitor: str) -> list[str]:
    r"""
    >>> _spellings("zoë"), _spellings("17")
    (['"zoë"', '"zo\\u00eb"'], ['"17"', 'Id":17,', 'Id":17}'])
    """
    plain = msgspec.json.encode(visitor).decode()
    escaped = "".join(letter if letter.isascii() else _escape(letter) for letter in plain)
    numbers = [f'Id":{visitor}{end}' for end in ",}"] if visitor.isdigit() else []
    return list(dict.fromkeys([plain, escaped, *numbers]))


def _escape(letter: str) -> str:
    units = letter.encode("utf-16-be")
    return "".join(rf"\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
