"""For how long data is kept: told to the tables as their TTL, by which ClickHouse deletes by itself as it merges."""

import re
from collections.abc import Mapping

from services.core.errors import SettingError
from services.edges.clickhouse import Store

TABLES = {
    "events": "toDateTime(occurred_at)",
    "sessions": "opened_on",
    "findings": "opened_on",
    "refused_events": "toDateTime(refused_at)",
    "refused_replays": "toDateTime(replayed_at)",
}
_TERM = re.compile(r"(?:(?P<project>[\w.-]+)\s*=\s*)?(?P<number>[1-9]\d{0,3})\s*(?P<unit>day|month|year)s?")
STORED = "SELECT project, kept_for FROM retention FINAL"


def retention_of(text: str) -> dict[str, str]:
    """Project → how long; "" stands for all others. Raises SettingError.

    >>> retention_of("13 months, blog = 90 days")
    {'': '13 months', 'blog': '90 days'}
    """
    kept: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        found = _TERM.fullmatch(part)
        if found is None:
            raise SettingError(
                f"DESIRELINE_RETENTION: {part!r} is no time to keep data for; "
                "give `13 months` for all projects, `shop=90 days` for one, or several divided by commas"
            )
        kept[found["project"] or ""] = f"{found['number']} {found['unit']}s"
    return kept


def keep_for(store: Store, text: str) -> dict[str, str]:
    """Tell the tables, unless they were told already. What is to be kept for how long."""
    kept = retention_of(text)
    stored = {row["project"]: row["kept_for"] for row in store.query(STORED)}
    if kept != stored:
        for table, moment in TABLES.items():
            store.change(_statement(table, moment, kept), {})
        store.change("TRUNCATE TABLE retention", {})
        for project, how_long in kept.items():
            store.change(
                "INSERT INTO retention (project, kept_for) VALUES ({project:String}, {kept_for:String})",
                {"project": project, "kept_for": how_long},
            )
    return kept


def _statement(table: str, moment: str, kept: Mapping[str, str]) -> str:
    """Names of projects are of letters, digits, dots and dashes by now: a TTL takes no parameters."""
    if not kept:
        return f"ALTER TABLE {table} REMOVE TTL"
    others = ", ".join(f"'{project}'" for project in kept if project)
    rules = [
        f"{moment} + INTERVAL {how_long.removesuffix('s')} DELETE WHERE project {_which(project, others)}"
        for project, how_long in kept.items()
    ]
    return f"ALTER TABLE {table} MODIFY TTL {', '.join(rules)}"


def _which(project: str, others: str) -> str:
    if project:
        return f"= '{project}'"
    return f"NOT IN ({others})" if others else "!= ''"
