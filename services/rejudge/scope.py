"""What must be read to judge history by another journey: everything, or only visitors whom the change may concern.

Most changes are small. What they leave as it is, the database finds, without an event of it being read; it stays as it
stands, and gets the new version when the journey is applied.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from services.core.displacement import MINDED
from services.core.duration import millis
from services.core.errors import JourneyError
from services.core.journey import Journey, read_journey
from services.core.revision import Revision
from services.edges.history import Archive, labels
from services.rejudge.difference import Difference
from services.rejudge.surer import pieces

Asked = Mapping[str, Any]


class Scope:
    """One attempt's answer to what must be read, and what need not."""

    def __init__(self, archive: Archive, asked: Asked, journey: Journey, *, is_all: bool) -> None:
        """`asked` names project, run, attempt, and the first day (`since`) and last of those that are gone through."""
        self._archive = archive
        self._asked = asked
        self.revision = None if is_all else _revision(archive, asked, journey)
        self.is_all = self.revision is None or self.revision.concerns_everybody
        self._sees: dict[str, Any] = {"words": [], "most": 0}
        if self.revision is not None:
            words, most = self.revision.same.words, self.revision.displacement.most
            self._sees = {"words": sorted(words), "most": most}
        self._kept: dict[date, Difference] = {}
        self._begin()
        if self.revision is not None and not self.is_all:
            self._narrow(self.revision, millis(journey.sessions.inactivity))

    def asks(self, **more: Any) -> dict[str, Any]:
        """What the questions about read visitors ask for."""
        return {**self._asked, **self._sees, "everybody": self.is_all, **more}

    def kept(self, day: date) -> Difference:
        """What of a day is not read."""
        return self._kept.get(day, Difference())

    def difference(self) -> Difference:
        """A day's difference, before anything of it is looked at."""
        if self.revision is None:
            return Difference()
        renamed = {old.name: new.name for old, new in self.revision.same.stages if old.name != new.name}
        return Difference(before=self.revision.before, renamed=renamed)

    def _begin(self) -> None:
        """Leave a sign: an erasure empties what is kept aside, and takes it along."""
        sign = {"run": self._asked["run"], "attempt": self._asked["attempt"], "visitor": ""}
        self._archive.keep("rejudged_visitors", tuple(sign), msgspec.json.encode(sign))

    def _narrow(self, revision: Revision, inactivity: int) -> None:
        # The sessions first: what a worker writes from now on is then neither kept nor lost.
        self._archive.change("snapshot", {**self._asked, "inactivity": inactivity})
        if revision.changes_meanings:
            self._keep_meanings(revision)
        if revision.changes_weights:
            self._note_relabelled(revision)
        if revision.moves_places:
            self._note_displaced(revision)
        concerned = {
            "words": self._sees["words"],
            "names": sorted(revision.heard or ()),
            "detectors": sorted(revision.detectors),
            "versions": [revision.before, revision.after],
        }
        self._archive.change("visitors", {**self._asked, **concerned})
        self._kept = self._count()

    def _keep_meanings(self, revision: Revision) -> None:
        of = {name: self._asked[name] for name in ("run", "attempt")}
        touched = [
            {**of, "name": name, "path": path}
            for block in self._archive.ask("meanings", self._asked)
            for name, path in zip(*block, strict=True)
            if revision.touches(name, path)
        ]
        if touched:
            lines = msgspec.json.Encoder().encode_lines(touched)
            self._archive.keep("rejudged_meanings", tuple(touched[0]), lines)

    def _note_relabelled(self, revision: Revision) -> None:
        """Have those read some session of whom may have another job."""
        asked = {**self._asked, "before": revision.before}
        relabelled = sorted({rules for rules, _, _ in labels(self._archive, asked) if revision.relabels(rules)})
        for rules in pieces(relabelled):
            self._archive.change("visitors_of_labels", {**self._asked, "rules": rules})

    def _note_displaced(self, revision: Revision) -> None:
        """Have those read some session of whom may see that places lie elsewhere."""
        asked = {**self._asked, "most": self._sees["most"]}
        shapes = sorted(shape for block in self._archive.ask("shapes", asked) for shape in block[0])
        for detector in MINDED:
            for some in pieces([shape for shape in shapes if revision.displaces(shape, {detector})]):
                self._archive.change("visitors_of_shapes", {**asked, "shapes": some, "detector": detector})

    def _count(self) -> dict[date, Difference]:
        same = self.revision.same if self.revision is not None else None
        counted: defaultdict[date, Difference] = defaultdict(Difference)
        for block in self._archive.ask("kept_sessions", self._asked):
            for day, stage, job, done, sessions in zip(*block, strict=True):
                counted[date.fromisoformat(day)].stay(stage, job, sessions, same, done=bool(done))
        for block in self._archive.ask("kept_findings", self._asked):
            for day, detector, findings in zip(*block, strict=True):
                counted[date.fromisoformat(day)].stay_found(detector, findings)
        return dict(counted)


def _revision(archive: Archive, asked: Asked, journey: Journey) -> Revision | None:
    """What is other than in the journey by which most sessions were judged; None where that is not known any more."""
    rows: Sequence[tuple[str, int, str]] = [
        row for block in archive.ask("versions", asked) for row in zip(*block, strict=True)
    ]
    for _, _, document in rows:
        try:
            return Revision(read_journey(msgspec.json.decode(document)), journey)
        except JourneyError:  # of another version of this program: its sessions are judged anew
            continue
    return None
