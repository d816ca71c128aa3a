"""The versions of the journey that labelled a period's sessions, held against each other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import ClassVar

from pydantic import BaseModel, Field

from services.api.page import PagedAnswer, Paging
from services.api.problem import Refusal
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible, Row
from services.api.share import Share
from services.api.stored_journey import stored_journey
from services.core.journey import Journey


class VersionsQuestion(Divisible, Paging):
    """Of which sessions."""


class Named(BaseModel):
    """A job or a stage, and how many sessions had it or came to it."""

    name: str
    sessions: int
    share: Share


class Changes(BaseModel):
    """What a version has that the one before it in time has not, and the other way round."""

    stages_added: list[str]
    stages_removed: list[str]
    jobs_added: list[str]
    jobs_removed: list[str]


class Version(BaseModel):
    """One version of the journey and what it made of its sessions."""

    version: str = Field(examples=["9d0c3f1a2b4e"])
    sessions: int
    first_at: datetime = Field(description="Start of the first session it labelled, in the period.")
    last_at: datetime
    assigned: Share = Field(description="Of its sessions, those with a job.")
    done: Share = Field(description="Of its sessions, those that got done.")
    jobs: list[Named]
    stages: list[Named]
    changes: Changes | None = Field(description="Against the version before; null for the first, or one not stored.")


class VersionsAnswer(PagedAnswer, DividedAnswer):
    """The versions, newest first."""

    versions: list[Version]
    previous: "VersionsAnswer | None" = PREVIOUS
    by_value: "Mapping[str, VersionsAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = Version
    lists = ("versions",)

    def rows(self) -> Sequence[BaseModel]:
        return self.versions


def ask_versions(asked: Asked, question: VersionsQuestion) -> VersionsAnswer:
    """What each version of the journey made of the period's sessions, and what changed between them."""
    rows = asked.rows("versions")
    journeys = {row["version"]: known(asked, row["version"]) for row in rows}
    befores = [journeys[row["version"]] for row in rows[1:]]
    versions = [version(row, changes(journeys[row["version"]], before)) for row, before in zip_longest(rows, befores)]
    return VersionsAnswer(**asked.about(), versions=versions)


def known(asked: Asked, version: str) -> Journey | None:
    """The journey of a version, if it is stored."""
    try:
        return stored_journey(asked.store, version) if version else None
    except Refusal:
        return None


def version(row: Row, changed: Changes | None) -> Version:
    sessions = row["sessions"]
    return Version(
        version=row["version"],
        sessions=sessions,
        first_at=row["first_at"],
        last_at=row["last_at"],
        assigned=Share.of(row["assigned"], sessions),
        done=Share.of(row["done"], sessions),
        jobs=named(row["jobs"], sessions),
        stages=named(row["stages_entered"], sessions),
        changes=changed,
    )


def named(counts: Mapping[str, int], sessions: int) -> list[Named]:
    """Most first."""
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [Named(name=name, sessions=count, share=Share.of(count, sessions)) for name, count in ranked]


def changes(after: Journey | None, before: Journey | None) -> Changes | None:
    """What is in one and not in the other."""
    if after is None or before is None:
        return None
    stages = [stage.name for stage in after.stages], [stage.name for stage in before.stages]
    jobs = [job.name for job in after.jobs], [job.name for job in before.jobs]
    return Changes(
        stages_added=[name for name in stages[0] if name not in stages[1]],
        stages_removed=[name for name in stages[1] if name not in stages[0]],
        jobs_added=[name for name in jobs[0] if name not in jobs[1]],
        jobs_removed=[name for name in jobs[1] if name not in jobs[0]],
    )
