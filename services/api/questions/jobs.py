"""How well each job gets done: Customer Performance Indicators, and which job is the opportunity.

The unit is the attempt (fragments/attempts.sql): a person's sessions with one job, until it is done or the journey's
window is over. An attempt whose window is not over yet is in progress, neither done nor failed. What customers say
themselves stands beside what we infer and is never mixed with it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible, Row
from services.api.questions.freshness import to_millis
from services.api.share import Share
from services.core.duration import millis
from services.core.job import UNASSIGNED
from services.core.journey import Journey
from services.core.stats.cumulative_incidence import Settled, settled
from services.core.stats.net_promoter import net_promoter_score
from services.core.stats.opportunity import Demand, Opportunity, Score, opportunities, rated

FEWEST_RATINGS = 30
"""Ratings from which on they take the place of what behaviour says."""


class JobsQuestion(Divisible):
    """Which jobs' indicators."""


class Waits(BaseModel):
    """Seconds, over the attempts that were done; the others are censored: counted, not timed."""

    median: float = Field(examples=[5400.0])
    p75: float
    p90: float


class Effort(BaseModel):
    """What it took those who got it done. A move is another page, or another stage or step."""

    median_moves: float = Field(examples=[14.0])
    median_acts: float = Field(description="Events of all kinds.", examples=[52.0])
    shortest_moves: float = Field(examples=[6.0])
    shortest_from: Literal["journey", "fastest_decile"] = Field(
        description="The job's `shortest_path`, else the fastest tenth of those who got it done."
    )
    ratio: float = Field(description="Median moves over the shortest; 1 is no detour at all.", examples=[2.3])


class Points(BaseModel):
    """A score with its 95 % interval."""

    score: float = Field(examples=[7.4])
    low: float = Field(examples=[6.8])
    high: float = Field(examples=[8.0])

    @classmethod
    def of(cls, score: Score) -> "Points":
        return cls(score=score.estimate, low=score.low, high=score.high)


class Reported(BaseModel):
    """What customers said of it themselves."""

    asked: int = Field(description="Answers to whether they got done what they came for (`done_stated`).")
    done: Share | None = Field(description="Said yes; `partly` is not yes.")
    scored: int = Field(description="Answers to whether they would recommend us (`recommendation_stated`).")
    net_promoter_score: Points | None = Field(description="From -100 to 100.")
    ratings: int = Field(description="Ratings of how important the job is and how satisfied they are (`job_rated`).")


class OpportunityScore(BaseModel):
    """Ulwick's: importance + max(importance - satisfaction, 0); what matters much and is served badly is high."""

    importance: Points = Field(description="0 to 10; the average job has 5.")
    satisfaction: Points = Field(description="0 to 10.")
    opportunity: Points = Field(description="0 to 20.")
    source: Literal["behaviour", "ratings"] = Field(
        description=f"What customers rated, from {FEWEST_RATINGS} ratings of the job on; else what they did."
    )


class JobIndicators(BaseModel):
    """One job."""

    job: str = Field(examples=["gift"])
    primary: bool | None = Field(description="Whether the journey is for this job; null where it is not in it.")
    attempts: int = Field(examples=[1240])
    people: int
    done: int
    done_in_several: int = Field(description="Of the done, how many took more than one session.")
    in_progress: int = Field(description="Not done, but the window is not over.")
    success: Share | None = Field(
        description="Done in the end: those in progress count as not done for as long as they have been at it, "
        "and tell nothing beyond (Aalen and Johansen). Null where none is done or over yet."
    )
    seconds_to_done: Waits | None = Field(description="From the start of the attempt; null where nobody got it done.")
    effort: Effort | None
    worth: float = Field(description="Of all attempts together, done or left, in `currency`.")
    currency: str = Field(examples=["EUR"])
    reported: Reported
    opportunity: OpportunityScore | None = Field(description="Null where no attempt is over yet.")


class JobsAnswer(DividedAnswer):
    """All jobs, the greatest opportunity first."""

    journey_version: str
    window: str = Field(description="How long a job stays open after each session.", examples=["1209600s"])
    jobs: list[JobIndicators]
    previous: "JobsAnswer | None" = PREVIOUS
    by_value: "Mapping[str, JobsAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = JobIndicators

    def rows(self) -> Sequence[BaseModel]:
        return self.jobs


def ask_jobs(asked: Asked, question: JobsQuestion) -> JobsAnswer:
    """Judge every attempt that began in the period."""
    window = asked.journey.window
    counted = asked.rows("jobs", attempts_told(asked), **attempts_of(asked))
    said = {row["job"]: row for row in asked.rows("jobs_said") if row["job"] not in {"", UNASSIGNED}}
    known = [row["job"] for row in counted]
    counted += [untried(job.name) for job in asked.journey.jobs if job.name not in known and not question.job]
    scores = scores_of(counted, said)
    jobs = [indicators(asked.journey, row, said.get(row["job"], {}), scores[row["job"]]) for row in counted]
    jobs.sort(key=lambda one: -one.opportunity.opportunity.score if one.opportunity else 0.0)
    return JobsAnswer(
        **asked.about(), journey_version=asked.journey.version, window=f"{window // timedelta(seconds=1)}s", jobs=jobs
    )


def attempts_of(asked: Asked) -> dict[str, object]:
    """The parameters of fragments/attempts.sql, and of the findings of sessions as far as attempts reach."""
    days = asked.parameters["longest_days"]
    assert isinstance(days, int)
    as_of = asked.freshness.fresh_until or asked.period.until
    return {
        "window_ms": millis(asked.journey.window),
        "as_of_ms": to_millis(as_of),
        "found_to": max(asked.period.until, as_of).date() + timedelta(days=days),
    }


def attempts_told(asked: Asked) -> dict[str, str]:
    """The fragment by which attempts are told apart, where anything is."""
    return {"attempts_told": "attempts_told_apart"} if asked.scope.apart else {}


def untried(job: str) -> Row:
    """A job of the journey that nobody came for."""
    counts = ("attempts", "done", "in_progress", "failed", "done_in_several", "people")
    ended: dict[str, Any] = {name: {} for name in ("smooth_after", "rough_after", "going_on_after")}
    return dict.fromkeys(counts, 0) | ended | {"job": job, "worth": 0.0, "squared_worth": 0.0, "currencies": []}


def expected_of(row: Row) -> Settled:
    """How attempts at a job go, smoothly or roughly, as if all were over."""
    return settled([row["smooth_after"], row["rough_after"]], row["going_on_after"], row["failed"])


def scores_of(counted: Sequence[Row], said: Mapping[str, Row]) -> dict[str, tuple[Opportunity | None, str]]:
    """Each job's opportunity and whose word that is."""
    expected = [expected_of(row) for row in counted]
    by_behaviour = opportunities(
        [
            Demand(row["attempts"], row["worth"], row["squared_worth"], one.of, *one.done)
            for row, one in zip(counted, expected, strict=True)
        ]
    )
    scores: dict[str, tuple[Opportunity | None, str]] = {}
    for row, score in zip(counted, by_behaviour, strict=True):
        told = said.get(row["job"], {})
        if told.get("ratings", 0) >= FEWEST_RATINGS:
            scores[row["job"]] = rated(told["important"], told["satisfied"], told["ratings"]), "ratings"
        else:
            scores[row["job"]] = score, "behaviour"
    return scores


def indicators(journey: Journey, row: Row, said: Row, scored: tuple[Opportunity | None, str]) -> JobIndicators:
    """All that is known of one job."""
    story = next((one for one in journey.jobs if one.name == row["job"]), None)
    expected = expected_of(row)
    counts = ("job", "attempts", "people", "done", "done_in_several", "in_progress", "worth")
    return JobIndicators(
        **{name: row[name] for name in counts},
        primary=story.primary if story else None,
        success=Share.of(sum(expected.done), expected.of) if expected.of else None,
        seconds_to_done=waits(row),
        effort=effort(row, story.shortest_path if story else None),
        currency=next(iter(row["currencies"]), ""),
        reported=reported(said),
        opportunity=opportunity_score(*scored),
    )


def waits(row: Row) -> Waits | None:
    if not row["done"]:
        return None
    median, p75, p90 = row["seconds"]
    return Waits(median=median, p75=p75, p90=p90)


def effort(row: Row, given: int | None) -> Effort | None:
    """What it took, held against the shortest way."""
    if not row["done"]:
        return None
    shortest = given or row["fastest_decile"]
    return Effort(
        median_moves=row["median_moves"],
        median_acts=row["median_acts"],
        shortest_moves=shortest,
        shortest_from="journey" if given else "fastest_decile",
        ratio=row["median_moves"] / shortest,
    )


def reported(said: Row) -> Reported:
    """What was said, or that nothing was."""
    asked, scored = said.get("asked", 0), said.get("scored", 0)
    score = net_promoter_score(said["promoters"], said["detractors"], scored) if scored else None
    return Reported(
        asked=asked,
        done=Share.of(said["confirmed"], asked) if asked else None,
        scored=scored,
        net_promoter_score=Points(score=score.score, low=score.low, high=score.high) if score else None,
        ratings=said.get("ratings", 0),
    )


def opportunity_score(found: Opportunity | None, source: str) -> OpportunityScore | None:
    if found is None:
        return None
    return OpportunityScore(
        importance=Points.of(found.importance),
        satisfaction=Points.of(found.satisfaction),
        opportunity=Points.of(found.opportunity),
        source="ratings" if source == "ratings" else "behaviour",
    )
