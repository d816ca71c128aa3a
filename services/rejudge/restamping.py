"""Sessions that stay, given the new journey's version, its names, and what else follows without a look at events."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from services.core.counterparts import Counterparts
from services.core.hindsight import NOWHERE
from services.core.journey import Journey, read_journey
from services.core.weighing import Weighing
from services.edges.history import Archive
from services.rejudge.surer import Surer


class Restamping:
    """Restamps what was kept of days, each by what the journey was that it was held against."""

    def __init__(self, archive: Archive, asked: Mapping[str, Any], journey: Journey, since: date) -> None:
        """`asked` names project and run; no session was opened before `since`."""
        self._archive = archive
        self._asked = {**asked, "journey": journey.version, "partition": NOWHERE, "since": since.isoformat()}
        self._journey = journey
        self._known: dict[str, tuple[dict[str, Any], Surer]] = {}

    def restamp(self, of: Mapping[str, Any], before: str) -> None:
        """`of` names attempt, day and the first day on which a session of it may have been opened; `before` is the
        version of the journey that it was held against, "" where nothing was kept.
        """
        if not before:
            return
        if before not in self._known:
            self._known[before] = self._get_to_know(before)
        names, surer = self._known[before]
        asked = {**self._asked, **of, **names}
        # The findings first: they are found by the version of their session.
        self._archive.change("restamp_findings", {**asked, "intended": list(self._journey.intended)})
        for sure in surer.asks():
            self._archive.change("restamp_sessions", {**asked, **sure})

    def _get_to_know(self, before: str) -> tuple[dict[str, Any], Surer]:
        asked = {**self._asked, "before": before}
        [document] = [one for block in self._archive.ask("journey", asked) for one in block[0]]
        journey = read_journey(msgspec.json.decode(document))
        same = Counterparts(journey, self._journey)
        names: dict[str, Any] = {"gone": [one for one in Weighing(journey).names if one not in same.rules]}
        for key, of in (("places", same.places), ("jobs", same.jobs), ("names", same.rules)):
            # The database takes no empty list.
            renamed = {"": ""} | {old: new for old, new in of.items() if old != new}
            names |= {key: list(renamed), f"{key}_now": list(renamed.values())}
        return names, Surer(self._archive, asked, self._journey, same)
