"""Whose data an installation holds."""

import msgspec

from services.edges.clickhouse import Store

PROJECTS = "SELECT DISTINCT project FROM sessions ORDER BY project LIMIT 100"


class Projects(msgspec.Struct, frozen=True):
    """The project that an installation takes events for by itself, and all of which there are sessions."""

    own: str
    known: list[str]


def projects_of(store: Store) -> list[str]:
    """Whose sessions there are."""
    return [str(row["project"]) for row in store.query(PROJECTS)]
