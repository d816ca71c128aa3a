"""Who comes back with the same job: cohorts by when a person first had it in the period."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from services.api.page import PagedAnswer, Paging
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible
from services.api.share import Share

Bucket = Literal["day", "week", "month"]


WHOLE = {"and_part": "", "part_of_pursuit": "''"}
APART = {"and_part": ", part", "part_of_pursuit": "any(came.part)"}
"""What is only worked out where it is asked for, since it takes a tenth longer."""


class JobRetentionQuestion(Divisible, Paging):
    """Which cohorts. The period must hold both the cohorts and their returns."""

    bucket: Bucket = Field("week", description="How long a cohort and each step after it are, in `tz`.")
    buckets: int = Field(8, ge=1, le=60, description="How many steps after the first are told.")
    only_done: bool = Field(False, description="Only sessions count in which the job got done.")


class Later(BaseModel):
    """How many of a cohort had the job again so many buckets later."""

    number: int = Field(description="Buckets after the first.", examples=[1])
    people: int
    share: Share | None = Field(description="Null while the bucket is not over.")


class Cohort(BaseModel):
    """People whose first session with a job in the period was in one bucket."""

    job: str = Field(examples=["replace"])
    begins: date = Field(description="The bucket's first day.", examples=["2026-11-02"])
    people: int
    later: list[Later]


class Returned(BaseModel):
    """One line of the table: a cohort so many buckets after its first."""

    job: str
    begins: date = Field(description="The first day of the cohort's bucket.")
    cohort: int = Field(description="How many people it is of.")
    number: int = Field(description="Buckets after the first; 0 is the cohort itself.")
    people: int = Field(description="Of the cohort, who had the job in that bucket.")
    share: Share | None = Field(description="Null at 0, and while the bucket is not over.")


class JobRetentionAnswer(PagedAnswer, DividedAnswer):
    """The cohorts, by job and time."""

    journey_version: str
    bucket: Bucket
    cohorts: list[Cohort]
    previous: "JobRetentionAnswer | None" = PREVIOUS
    by_value: "Mapping[str, JobRetentionAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = Returned
    lists = ("cohorts",)

    def rows(self) -> Sequence[BaseModel]:
        return [
            Returned(job=one.job, begins=one.begins, cohort=one.people, **dict(later))
            for one in self.cohorts
            for later in (Later(number=0, people=one.people, share=None), *one.later)
        ]


def ask_job_retention(asked: Asked, question: JobRetentionQuestion) -> JobRetentionAnswer:
    """How many people come back with the same job, bucket by bucket."""
    words = APART if asked.scope.apart else WHOLE
    rows = asked.rows(
        "job_retention", {}, words, bucket=question.bucket, buckets=question.buckets, only_done=question.only_done
    )
    people = {(row["job"], row["first_in"], row["number"]): row["people"] for row in rows}
    known_until = min(asked.period.until, asked.freshness.fresh_until or asked.period.until)
    zone = ZoneInfo(asked.tz)
    cohorts = [
        Cohort(
            job=job,
            begins=begins,
            people=size,
            later=[
                later(number, people.get((job, begins, number), 0), size, ends <= known_until)
                for number in range(1, question.buckets + 1)
                if begin_of(after(begins, number, question.bucket), zone) < known_until
                for ends in [begin_of(after(begins, number + 1, question.bucket), zone)]
            ],
        )
        for (job, begins, first), size in people.items()
        if first == 0
    ]
    return JobRetentionAnswer(
        **asked.about(), journey_version=asked.journey.version, bucket=question.bucket, cohorts=cohorts
    )


def later(number: int, people: int, size: int, is_over: bool) -> Later:
    return Later(number=number, people=people, share=Share.of(people, size) if is_over else None)


def after(begins: date, number: int, bucket: Bucket) -> date:
    """The first day of the bucket so many after one.

    >>> after(date(2026, 11, 1), 3, "month")
    datetime.date(2027, 2, 1)
    """
    if bucket == "month":
        months = begins.year * 12 + begins.month - 1 + number
        return date(months // 12, months % 12 + 1, 1)
    return begins + timedelta(days=number * (7 if bucket == "week" else 1))


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment a day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
