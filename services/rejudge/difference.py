"""What another journey would change: sessions by stage and job, and findings, as they were and as they would be."""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from services.core.counterparts import Counterparts
from services.core.hindsight import Known, Rejudged

Moves: TypeAlias = dict[str, dict[str, int]]
"""From what to what, and how many sessions."""


class Found(msgspec.Struct):
    """Findings of one detector."""

    before: int = 0
    now: int = 0
    come: int = 0
    gone: int = 0


class Difference(msgspec.Struct):
    """Adds up over sessions, and over days."""

    before: str = ""  # the version of the journey that it is held against, where that is known
    renamed: dict[str, str] = {}  # stages of that one that are called otherwise now
    sessions: int = 0
    new: int = 0  # cut otherwise than before
    withdrawn: int = 0
    left: int = 0  # to the worker that still has them in hand
    unread: int = 0  # events whose properties are no JSON
    done_before: int = 0
    done_now: int = 0
    stages: Moves = {}
    jobs: Moves = {}
    findings: dict[str, Found] = {}

    def add(self, one: Rejudged | Known, same: Counterparts | None) -> None:
        """Take one session in, as it is now or as it stays but for names."""
        if isinstance(one, Known):
            self.stay(one.stage, one.job, 1, same, done=one.done)
            for detector in one.findings.values():
                self.stay_found(detector, 1)
            return
        before, now = one.before, one.now
        is_gone = bool(now.is_deleted)
        self.sessions += not is_gone
        self.new += before is None
        self.withdrawn += is_gone
        self.done_before += before is not None and before.done
        self.done_now += bool(now.outcome_event)
        if before is not None and not is_gone:
            _count(self.stages, before.stage, now.stage, 1)
            _count(self.jobs, before.job, now.job, 1)
        stood = before.findings if before is not None else {}
        for detector in stood.values():
            self._found(detector).before += 1
        for finding in one.findings:
            if finding.is_deleted:
                self._found(stood[finding.id]).gone += 1
            else:
                self._found(finding.detector).now += 1
                self._found(finding.detector).come += finding.id not in stood

    def stay(self, stage: str, job: str, sessions: int, same: Counterparts | None, *, done: bool) -> None:
        """Take sessions in that stay as they stand but for names."""
        stage_now, job_now = same.label(stage, job) if same is not None else (stage, job)
        self.sessions += sessions
        self.done_before += sessions * done
        self.done_now += sessions * done
        _count(self.stages, stage, stage_now, sessions)
        _count(self.jobs, job, job_now, sessions)

    def stay_found(self, detector: str, findings: int) -> None:
        """Take findings of such sessions in."""
        found = self._found(detector)
        found.before += findings
        found.now += findings

    def merge(self, others: Iterable["Difference"]) -> None:
        """Add others up."""
        for other in others:
            self.renamed.update(other.renamed)
            for name in ("sessions", "new", "withdrawn", "left", "unread", "done_before", "done_now"):
                setattr(self, name, getattr(self, name) + getattr(other, name))
            for mine, theirs in ((self.stages, other.stages), (self.jobs, other.jobs)):
                for before, moved in theirs.items():
                    for now, count in moved.items():
                        _count(mine, before, now, count)
            for detector, found in other.findings.items():
                sums = self._found(detector)
                for name in found.__struct_fields__:
                    setattr(sums, name, getattr(sums, name) + getattr(found, name))

    def _found(self, detector: str) -> Found:
        return self.findings.setdefault(detector, Found())


def _count(moves: Moves, before: str, now: str, count: int) -> None:
    moved = moves.setdefault(before, {})
    moved[now] = moved.get(now, 0) + count
