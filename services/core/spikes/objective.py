"""A job's success below its objective: burn rates over a long and a short span at once.

After "Alerting on SLOs" in B. Beyer and others, The Site Reliability Workbook (2018), chapter 5: the long span says
that it matters, the short one that it still goes on. An objective for customers leaves a large budget, so the
factors are smaller than for uptime.
"""

from typing import NamedTuple

from services.core.spikes.baseline import Expected, Level, Series, Window, summed
from services.core.spikes.cell import JOB_SUCCESS, Cell, Reading, Spike
from services.core.stats.beta_binomial import upper_tail
from services.core.stats.wilson import wilson


class Burn(NamedTuple):
    """Hours looked at, and how many times faster than allowed the budget goes."""

    long: int
    short: int
    rate: float


BURNS = (Burn(6, 1, 1.5), Burn(72, 6, 1.15))
"""A quarter of a day far too fast, or three days too fast."""
LEAST_ENDED = 30


def judge_objective(job: str, success: float, series: Series, hour: int) -> list[Spike]:
    """The objective as it stands at this hour. `series`: sessions with the job that ended, and those without success.

    The long span's failures must be beyond chance too: the Wilson interval's lower end above the budget.
    """
    budget = 1 - success
    for burn in BURNS:
        long, short = (
            summed(series, range(hour - burn.long + 1, hour + 1)),
            summed(series, range(hour - burn.short + 1, hour + 1)),
        )
        if long.exposed < LEAST_ENDED or short.exposed == 0 or wilson(long.affected, long.exposed).low <= budget:
            continue
        if min(long.affected / long.exposed, short.affected / short.exposed) >= burn.rate * budget:
            return [Spike(_reading(job, budget, long, (hour, burn.long)), hour - burn.long + 1)]
    return []


def read_objective(job: str, success: float, series: Series, hour: int) -> Reading | None:
    """How the job does now, by the shortest long span; None where too few sessions say."""
    hours = BURNS[0].long
    window = summed(series, range(hour - hours + 1, hour + 1))
    return _reading(job, 1 - success, window, (hour, hours)) if window.exposed >= LEAST_ENDED else None


def _reading(job: str, budget: float, window: Window, at: tuple[int, int]) -> Reading:
    hour, hours = at
    p = upper_tail(window.affected, window.exposed, budget, 0.0)
    return Reading(Cell(JOB_SUCCESS, "", job), hour, window, Expected(budget, 0.0, Level.OBJECTIVE, hours), p)
