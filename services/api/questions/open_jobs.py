"""What became of the jobs that people came to get done, across their sessions and devices."""

from datetime import timedelta

from pydantic import BaseModel, Field

from services.api.period import Answer, Asked, Question
from services.api.questions.freshness import to_millis
from services.api.sql import sql
from services.api.standing import longest_days
from services.core.duration import millis
from services.core.journey import Journey
from services.edges.clickhouse import Store


class OpenJobsQuestion(Question):
    """Of the jobs opened in a period."""


class JobLedger(BaseModel):
    """One job: how often somebody set out to get it done, and how that ended."""

    job: str = Field(examples=["gift"])
    opened: int = Field(description="Times that somebody set out; the fates below add up to it.")
    done_at_once: int = Field(description="Done in the session in which they set out.")
    continued_later: int = Field(description="Done later, having come at least as far again before.")
    done_elsewhere: int = Field(description="Done later, without the stages between: by phone, in an app, in a shop.")
    open: int = Field(description="Not done, and the journey's `window` is not over.")
    abandoned: int = Field(description="Not done within the journey's `window`.")
    people: int
    sessions_each: float = Field(description="Sessions with this job until it was done or given up, on average.")
    seconds_to_done: float | None = Field(description="Median, of those that were done; null where none was.")


class OpenJobsAnswer(Answer):
    """The ledger of jobs."""

    jobs: list[JobLedger]


def ask_open_jobs(store: Store, journey: Journey, asked: Asked) -> OpenJobsAnswer:
    """The entries of the ledger that were opened in a period, by job."""
    period, freshness = asked.period, asked.freshness
    margin = timedelta(days=journey.window // timedelta(days=1) + longest_days(journey) + 1)
    done = [stage for stage in journey.stages if stage.role == "done"]
    parameters = asked.parameters | {
        # Before it too: whoever set out then and goes on now does not set out anew.
        "opened_from": period.since.date() - margin,
        "opened_to": period.until.date() + margin,
        "open_ms": millis(journey.window),
        "as_of_ms": to_millis(freshness.fresh_until or period.until),
        "stages": [stage.name for stage in journey.stages],
        "done": [stage.name for stage in done],
        # A session whose job nobody knows finishes what these jobs are after all the same.
        "done_by_stage": [job.name for job in journey.jobs if job.outcome in [stage.enter for stage in done]],
    }
    rows = store.query(sql("open_jobs"), parameters)
    return OpenJobsAnswer(**asked.about(), jobs=[JobLedger(**row) for row in rows])
