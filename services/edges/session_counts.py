"""Counts of sessions that are kept by day, as far as dropping them goes: where somebody is erased, and to make room.
How they are made and used: services/api/kept_counts.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.edges.tables import Tables

DROP = """
ALTER TABLE session_counts DELETE WHERE project = {project:String} AND opened_on IN {days:Array(Date)}
SETTINGS mutations_sync = 2
"""
OLDEST_KINDS = """
SELECT apart_by
FROM session_counts
WHERE project = {project:String} AND position(apart_by, {like:String}) > 0 AND apart_by != {kind:String}
GROUP BY apart_by
ORDER BY max(counted_at) DESC
LIMIT 1000000 OFFSET {others:UInt64}
"""
DROP_KINDS = "DELETE FROM session_counts WHERE project = {project:String} AND apart_by IN {kinds:Array(String)}"


def days_of(store: Tables, where: str, of: Mapping[str, Any]) -> Sequence[str]:
    """On which days sessions opened that are chosen so."""
    rows = store.query(f"SELECT DISTINCT toString(opened_on) AS day FROM sessions WHERE {where} ORDER BY day", of)
    return [str(row["day"]) for row in rows]


def drop_counts(store: Tables, project: str, days: Sequence[str]) -> None:
    """Drop what is kept of these days. Their counts hold no longer anyway, but would stay until they are made anew."""
    if days:
        store.change(DROP, {"project": project, "days": list(days)})


def make_room(store: Tables, project: str, kind: str, *, like: str, most: int) -> None:
    """Drop what was counted longest ago of the kinds whose names have `like` in them, so that with `kind` there are no
    more than `most` of a project.
    """
    of = {"project": project, "kind": kind, "like": like, "others": most - 1}
    if oldest := store.query(OLDEST_KINDS, of):
        store.change(DROP_KINDS, {"project": project, "kinds": [row["apart_by"] for row in oldest]})
