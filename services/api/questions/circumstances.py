"""Under which circumstances each job arises, and under which it gets done: compared with all other sessions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from services.api.association import FEWEST, Association, Compared, associations
from services.api.page import PagedAnswer, Paging
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible, Row

ARISES: Literal["arises"] = "arises"
DONE: Literal["done"] = "done"


class CircumstancesQuestion(Divisible, Paging):
    """Which circumstances."""


class JobCircumstances(BaseModel):
    """One job, and what goes with it."""

    job: str = Field(examples=["gift"])
    sessions: int
    arises: list[Association] = Field(description="Sessions with the job among those under a circumstance.")
    done: list[Association] = Field(description="Sessions that got it done among those with it under a circumstance.")


class OfJob(BaseModel):
    """Which job, and what of it."""

    job: str
    what: Literal["arises", "done"]


class JobCircumstance(Association, OfJob):
    """One line of the table: a circumstance of a job, after which job."""


class CircumstancesAnswer(PagedAnswer, DividedAnswer):
    """The jobs, most frequent first; a page has all jobs, each with so many of its circumstances."""

    journey_version: str
    sessions: int
    jobs: list[JobCircumstances]
    tested: int = Field(description="Comparisons made, over all jobs.")
    previous: "CircumstancesAnswer | None" = PREVIOUS
    by_value: "Mapping[str, CircumstancesAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = JobCircumstance

    def long_lists(self) -> Sequence[tuple[BaseModel, str]]:
        return [(job, name) for job in self.jobs for name in (ARISES, DONE)]

    def rows(self) -> Sequence[BaseModel]:
        return [
            JobCircumstance(**dict(one), job=of.job, what=what)
            for of in self.jobs
            for what, found in ((ARISES, of.arises), (DONE, of.done))
            for one in found
        ]


def ask_circumstances(asked: Asked, question: CircumstancesQuestion) -> CircumstancesAnswer:
    """Under which circumstances each job arises and gets done more often, or less."""
    rows = asked.rows("circumstances", fewest=FEWEST)
    whole = {row["job"]: row for row in rows if not row["kind"]}
    found = associations([*comparisons(rows, whole)])
    jobs = [
        JobCircumstances(
            job=job,
            sessions=row["with_job"],
            arises=found.get((ARISES, job), []),
            done=found.get((DONE, job), []),
        )
        for job, row in whole.items()
    ]
    return CircumstancesAnswer(
        **asked.about(),
        journey_version=asked.journey.version,
        sessions=sum(row["with_job"] for row in whole.values()),
        jobs=sorted(jobs, key=lambda one: (-one.sessions, one.job)),
        tested=sum(map(len, found.values())),
    )


def comparisons(rows: Sequence[Row], whole: dict[str, Row]) -> Iterator[Compared]:
    """For each job and circumstance: does it arise there, and does it get done there."""
    everybody = sum(row["with_job"] for row in whole.values())
    under = {(row["kind"], row["value"]): row["sessions"] for row in rows if row["kind"]}
    there = {(row["kind"], row["value"], row["job"]): row for row in rows}
    for (kind, value), sessions in under.items():
        for job, all_of_it in whole.items():
            row = there.get((kind, value, job), {"with_job": 0, "done": 0})
            yield Compared((ARISES, job), kind, value, sessions, row["with_job"], everybody, all_of_it["with_job"])
            yield Compared(
                (DONE, job), kind, value, row["with_job"], row["done"], all_of_it["with_job"], all_of_it["done"]
            )
