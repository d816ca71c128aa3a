"""What days come to, kept aside until it is applied; of many days at once, as an insert costs much by itself."""

from collections import defaultdict
from datetime import date
from typing import Any

import msgspec

from services.core.hindsight import Known, Rejudged
from services.core.rows import Row
from services.edges.history import Archive
from services.rejudge.difference import Difference

KEPT_AT_ONCE = 5_000
"""Sessions written aside in one insert."""

_encode_lines = msgspec.json.Encoder().encode_lines


class Aside:
    """Collects what one attempt of a run judges, and writes it down. A day is done once its note is written."""

    def __init__(self, archive: Archive, run: str, attempt: str) -> None:
        self._archive = archive
        self._of = {"run": run, "attempt": attempt}
        self._rows: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        self._stay: list[dict[str, Any]] = []
        self._notes: list[dict[str, Any]] = []
        self._sessions = 0

    def take(self, day: date, one: Rejudged | Known) -> None:
        """Take in a session as it is now, or that it stays."""
        of = day.isoformat()
        if isinstance(one, Known):
            stays = {"day": of, "opened_on": one.opened_on, "id": one.id, "version": one.version}
            self._stay.append({**self._of, **stays})
        else:
            self._rows[of, "sessions"].append(one.now)
            if one.findings:
                self._rows[of, "findings"] += one.findings
        self._sessions += 1
        if self._sessions >= KEPT_AT_ONCE:
            self._write_sessions()

    def note(self, day: date, difference: Difference) -> None:
        """Take in that a day is done."""
        text = msgspec.json.encode(difference).decode()
        self._notes.append({**self._of, "day": day.isoformat(), "difference": text})

    def write(self) -> None:
        """Write all down, the notes last."""
        self._write_sessions()
        self._write("rejudged_days", self._notes)

    def _write_sessions(self) -> None:
        rows = [
            {**self._of, "day": day, "target": target, "lines": _encode_lines(of).decode()}
            for (day, target), of in self._rows.items()
        ]
        self._rows.clear()
        self._write("rejudged", rows)
        self._write("rejudged_kept", self._stay)
        self._sessions = 0

    def _write(self, table: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._archive.keep(table, tuple(rows[0]), _encode_lines(rows))
            rows.clear()
