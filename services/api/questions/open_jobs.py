"""What became of the jobs that people set out to get done, across their sessions and devices.

The unit is the attempt, as in questions/jobs.py; here it has a fate, and what was done in sessions whose job nobody
knows counts as well.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import BaseModel, Field

from services.api.ledger import done_by_stage
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible
from services.api.questions.jobs import attempts_of, attempts_told


class OpenJobsQuestion(Divisible):
    """Of the jobs that people set out for in a period."""


class JobLedger(BaseModel):
    """One job: how often somebody set out to get it done, and how that ended."""

    job: str = Field(examples=["gift"])
    opened: int = Field(description="Times that somebody set out; the fates below add up to it.")
    done_at_once: int = Field(description="Done in the session in which they set out.")
    continued_later: int = Field(description="Done later, having come at least as far again before.")
    done_elsewhere: int = Field(description="Done later, without the stages between.")
    open: int = Field(description="Not done, and the journey's `window` is not over.")
    abandoned: int = Field(description="Not done within the journey's `window`.")
    people: int
    sessions_each: float = Field(description="Sessions with this job until it was done or given up, on average.")


class OpenJobsAnswer(DividedAnswer):
    """The ledger of jobs."""

    journey_version: str
    jobs: list[JobLedger]
    previous: "OpenJobsAnswer | None" = PREVIOUS
    by_value: "Mapping[str, OpenJobsAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = JobLedger

    def rows(self) -> Sequence[BaseModel]:
        return self.jobs


def ask_open_jobs(asked: Asked, question: OpenJobsQuestion) -> OpenJobsAnswer:
    """What became of each attempt that began in the period: done, still open, or abandoned."""
    journey = asked.journey
    by_stage = [f"{job} {stage}" for job, stages in done_by_stage(journey).items() for stage in stages]
    rows = asked.rows("open_jobs", attempts_told(asked), **attempts_of(asked), done_by_stage=by_stage)
    return OpenJobsAnswer(**asked.about(), journey_version=journey.version, jobs=[JobLedger(**row) for row in rows])
