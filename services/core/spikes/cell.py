"""What is tested at a tick: a cell, which is one kind of friction (or not going on) at one stage for one job."""

from typing import NamedTuple

from services.core.spikes.baseline import Expected, Window

ALL_JOBS = ""
# In place of a detector:
NOT_GOING_ON = "stage_conversion"
"""The affected are those who did not go on to a later stage."""
JOB_SUCCESS = "job_success"
"""The affected are those who did not get their job done; what is usual is the objective."""
SILENCE = "silence"
"""The exposed are the events that usually come in an hour, the affected those that did not."""


class Cell(NamedTuple):
    """One rate: of the sessions exposed in a stage with a job, how many were affected."""

    detector: str
    stage: str
    job: str = ALL_JOBS


class Reading(NamedTuple):
    """A cell's window held against what is usual. `p` is of the side that is looked at."""

    cell: Cell
    hour: int
    window: Window
    expected: Expected
    p: float

    @property
    def excess(self) -> float:
        """How many more are affected than usual."""
        return self.window.affected - self.expected.affected(self.window.exposed)


class Spike(NamedTuple):
    """A cell that stands out, and since which hour."""

    reading: Reading
    began: int

    @property
    def cell(self) -> Cell:
        return self.reading.cell
