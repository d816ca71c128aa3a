"""Counts of sessions that are kept by day, as far as erasing somebody concerns them. How they are made and used:
services/api/kept_counts.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.edges.tables import Tables

DROP = """
ALTER TABLE session_counts DELETE WHERE project = {project:String} AND opened_on IN {days:Array(Date)}
SETTINGS mutations_sync = 2
"""


def days_of(store: Tables, where: str, of: Mapping[str, Any]) -> Sequence[str]:
    """On which days sessions opened that are chosen so."""
    rows = store.query(f"SELECT DISTINCT toString(opened_on) AS day FROM sessions WHERE {where} ORDER BY day", of)
    return [str(row["day"]) for row in rows]


def drop_counts(store: Tables, project: str, days: Sequence[str]) -> None:
    """Drop what is kept of these days. Their counts hold no longer anyway, but would stay until they are made anew."""
    if days:
        store.change(DROP, {"project": project, "days": list(days)})
