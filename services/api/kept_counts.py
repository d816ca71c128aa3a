"""Counts of sessions that are kept by day, so that very many are not counted anew for each question: docs/adr/0013.

A day's counts hold exactly as long as its rows are those that they were made of, which every question checks. Whoever
asks first has them made.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from threading import Lock
from time import monotonic

from services.api.question import Asked
from services.api.scope import SEGMENT, part_of
from services.api.sql import statement
from services.edges.clickhouse import StoreRefused

FEWEST = 200_000
"""Sessions stored of the days in question from which on it pays: fewer are counted faster than looked after."""
AT_ONCE = 2_000_000
"""Rows that are counted by one statement, which takes two seconds."""
PATIENCE_SECONDS = 20
"""For how long somebody who asks is kept waiting; the days that are left are counted for whoever asks next."""

_log = logging.getLogger(__name__)
_counting: defaultdict[str, Lock] = defaultdict(Lock)
"""By project: several questions of a page that is opened want the same days, so one counts them and the others wait."""


def stored(asked: Asked) -> int:
    """About how many sessions there are of the days in question."""
    return int(asked.rows("sessions_stored")[0]["sessions"])


def counting(
    asked: Asked, sessions: int, *, by_quarter: bool = False, by_run: bool = False
) -> tuple[dict[str, str], dict[str, object]]:
    """By which fragment and parameters a question counts its sessions: from what is kept, where that pays.

    `by_quarter` tells when they began, `by_run` also when they came to each place of their path.
    """
    plain: dict[str, object] = {"by_quarter": by_quarter, "by_run": by_run}
    columns = _told_by(asked)
    if columns is None or sessions < FEWEST:
        return {}, plain
    apart_by = "".join(columns)
    keep(asked, apart_by)
    only = (asked.scope.columns or {}).get(apart_by, "")
    return {"counted_rows": "counted_days"}, plain | {
        "apart_by": apart_by, "part_of": asked.scope.apart, "only": only,
    }  # fmt: skip


def _told_by(asked: Asked) -> set[str] | None:
    """The one column, if any, by which its sessions are chosen and told apart; None where it takes more than that."""
    if asked.scope.columns is None or asked.scope.apart == SEGMENT:
        return None
    columns = {*asked.scope.columns, asked.scope.apart} - {""}
    return columns if len(columns) <= 1 else None


def keep(asked: Asked, apart_by: str) -> None:
    """Have counted what of the days in question is not counted yet, for as long as anybody would wait."""
    with _counting[asked.project]:
        until = monotonic() + PATIENCE_SECONDS
        for days in _together(_uncounted(asked, apart_by)):
            if monotonic() > until or not _count(asked, apart_by, days):
                return


def _uncounted(asked: Asked, apart_by: str) -> list[tuple[str, int]]:
    going_on = (asked.freshness.fresh_until or asked.period.until).date()
    rows = asked.rows("uncounted_days", apart_by=apart_by, going_on=going_on)
    return [(row["day"], row["stored"]) for row in rows]


def _together(uncounted: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    days: list[str] = []
    together = 0
    for day, stored in uncounted:
        if days and together + stored > AT_ONCE:
            yield days
            days, together = [], 0
        days.append(day)
        together += stored
    if days:
        yield days


def _count(asked: Asked, apart_by: str, days: Sequence[str]) -> bool:
    counting_days = statement("count_days", {"value": part_of(apart_by)})
    of = {"project": asked.project, "apart_by": apart_by, "days": list(days), "by_run": True}
    try:
        asked.store.change(counting_days, of)
    except StoreRefused as error:
        _log.warning("Counts of sessions are not kept, so that questions about many take longer: %s", error)
        return False
    return True
