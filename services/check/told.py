"""What a trial came to: the shapes that `desireline check --against … --json` prints."""

import msgspec


class Reached(msgspec.Struct):
    """How many sessions came to a stage and no further; "" is none at all."""

    stage: str
    sessions: int
    share: float


class Assigned(msgspec.Struct):
    """How many sessions got a job, how sure that is in the median, and how many got it done."""

    job: str
    primary: bool
    sessions: int
    share: float
    confidence: float
    done: int


class Met(msgspec.Struct):
    """A rule that speaks for a job, in how many sessions it was met, and by which events."""

    rule: str
    says: str
    weight: float
    sessions: int
    events: dict[str, int]


class Found(msgspec.Struct):
    """What one detector found; `intended` is what serves the customer."""

    detector: str
    findings: int
    sessions: int
    intended: int
    places: dict[str, int]


class Unmatched(msgspec.Struct):
    """Events that no stage and no job has a rule for; detectors may look at them all the same."""

    name: str
    events: int
    watched: bool


class Reason(msgspec.Struct):
    """A rule that was met, and the event that met it first."""

    rule: str
    event: str
    name: str
    occurred_at: str


class Seen(msgspec.Struct):
    """One piece of friction, and the events that show it."""

    detector: str
    place: str
    cause: str
    intended: bool
    evidence: list[str]


class Judged(msgspec.Struct):
    """One session: its way, its job with the reasons, and its findings."""

    id: str
    visitor: str
    started_at: str
    events: int
    path: list[str]
    path_reasons: list[Reason]
    stage: str
    step: str
    job: str
    confidence: float
    job_changes: list[str]
    reasons: list[Reason]
    done_by: str
    findings: list[Seen]


class Answer(msgspec.Struct):
    """All that the visits came to under one version of a journey."""

    journey: str
    version: str
    events: int
    visitors: int
    left_out: list[str]
    stages: list[Reached]
    jobs: list[Assigned]
    rules: list[Met]
    findings: list[Found]
    unmatched: list[Unmatched]
    sessions: list[Judged]
