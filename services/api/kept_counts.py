"""Counts of sessions that are kept by day, so that very many are not counted anew for each question: docs/adr/0013.

A day's counts hold exactly as long as its rows are those that they were made of, which every question checks. Whoever
asks first has them made.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from services.api.question import Asked
from services.api.scope import SEGMENT, part_of
from services.api.sql import statement
from services.api.window import NO_WINDOWS, Windows
from services.edges.clickhouse import StoreRefused
from services.edges.session_counts import make_room

WITHIN = " within "
"""Stands before each window in the name of a kind."""
FEWEST = 200_000
"""Sessions stored of the days in question from which on it pays: fewer are counted faster than looked after."""
AT_ONCE = 2_000_000
"""Rows that are counted by one statement, which takes two seconds."""
MOST_COLUMNS = 3
"""By which sessions are told apart at once: of all that can be there are three hundred choices of three."""
MOST_WITH_WINDOWS = 50
"""Choices of windows (and columns beside them) that are kept of a project; the one counted longest ago makes room."""
QUARTERS_A_DAY = 96
ROWS_A_COUNT = 4
"""A count is to stand for at least so many rows on the average, else it is not kept: rows are as quick to read."""
OF_ROWS: Mapping[str, object] = {"by_quarter": False, "by_run": False, "by_outcome": False}
"""Parameters of who counts sessions by their rows alone, and all of a way as one."""
PATIENCE_SECONDS = 20
"""For how long somebody who asks is kept waiting; the days that are left are counted for whoever asks next."""

_log = logging.getLogger(__name__)
_counting: defaultdict[str, Lock] = defaultdict(Lock)
"""By project: several questions of a page that is opened want the same days, so one counts them and the others wait."""


def stored(asked: Asked) -> int:
    """About how many sessions there are of the days in question."""
    return int(asked.rows("sessions_stored")[0]["sessions"])


@dataclass(frozen=True)
class Kind:
    """Which counts are kept of a day: by which columns, within which windows, and how finely by when sessions began."""

    columns: Sequence[str] = ()
    windows: Windows = NO_WINDOWS

    @property
    def apart_by(self) -> str:
        """As it is stored."""
        return ",".join(self.columns) + "".join(f"{WITHIN}{window}" for window in self.windows.lengths_ms)

    @property
    def is_fine(self) -> bool:
        """By quarters of an hour, and by how many later each place was come to; else by days."""
        return len(self.columns) <= 1 and not self.windows.lengths_ms

    @property
    def parameters(self) -> dict[str, object]:
        """For SQL."""
        return {"apart_by": self.apart_by, "span": 1 if self.is_fine else QUARTERS_A_DAY, **self.windows.parameters}


def counting(
    asked: Asked,
    sessions: int,
    *,
    by_quarter: bool = False,
    by_run: bool = False,
    by_outcome: bool = False,
    windows: Windows = NO_WINDOWS,
) -> tuple[dict[str, str], dict[str, object]]:
    """By which fragment and parameters a question counts its sessions: from what is kept, where that pays.

    `by_quarter` tells when they began, `by_run` also when they came to each place of their path, `by_outcome` whether
    they got done, `windows` which ones bind.
    """
    plain = {"by_quarter": by_quarter, "by_run": by_run, "by_outcome": by_outcome, **windows.parameters}
    kind = _told_by(asked, windows)
    if kind is None or (by_quarter and not kind.is_fine) or sessions < FEWEST:
        return windows.fragments, plain
    keep(asked, kind)
    filtered = asked.scope.columns or {}
    kept = {"counted_rows": "counted_days", "all_rows": "rows_of_other_days"}
    return windows.fragments | kept, plain | kind.parameters | {
        "part_at": kind.columns.index(asked.scope.apart) + 1 if asked.scope.apart else 0,
        "only": [filtered.get(column, "") for column in kind.columns],
    }  # fmt: skip


def _told_by(asked: Asked, windows: Windows) -> Kind | None:
    """The columns by which its sessions are chosen and told apart; None where it takes more than that."""
    if asked.scope.columns is None or asked.scope.apart == SEGMENT:
        return None
    columns = sorted({*asked.scope.columns, asked.scope.apart} - {""})
    return Kind(columns, windows) if len(columns) <= MOST_COLUMNS else None


def keep(asked: Asked, kind: Kind) -> None:
    """Have counted what of the days in question is not counted yet, for as long as anybody would wait."""
    with _counting[asked.project]:
        until = monotonic() + PATIENCE_SECONDS
        for days in _together(_uncounted(asked, kind)):
            if monotonic() > until or not _count(asked, kind, days):
                return


def _uncounted(asked: Asked, kind: Kind) -> list[tuple[str, int]]:
    going_on = (asked.freshness.fresh_until or asked.period.until).date()
    rows = asked.rows("uncounted_days", apart_by=kind.apart_by, going_on=going_on)
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


def _count(asked: Asked, kind: Kind, days: Sequence[str]) -> bool:
    values = ", ".join(map(part_of, kind.columns))
    words = {
        "columns": "".join(f"{column}, " for column in kind.columns),
        "values": f"[{values}]" if values else "emptyArrayString()",
        **kind.windows.words,
    }
    counting_days = statement("count_days", words, **kind.windows.fragments)
    of = {"project": asked.project, "days": list(days), "rows_a_count": ROWS_A_COUNT}
    of |= {"by_run": kind.is_fine, "by_outcome": not kind.windows.lengths_ms}
    try:
        if kind.windows.lengths_ms:
            make_room(asked.store, asked.project, kind.apart_by, like=WITHIN, most=MOST_WITH_WINDOWS)
        asked.store.change(counting_days, of | kind.parameters)
    except StoreRefused as error:
        _log.warning("Counts of sessions are not kept, so that questions about many take longer: %s", error)
        return False
    return True
