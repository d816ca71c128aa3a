"""What one checkpoint writes: the row of each table, field for field its columns.

Rows are encoded as JSON lines (`msgspec.json.Encoder.encode_lines`), which ClickHouse parses faster than
Python can build columns (docs/benchmarks.md). Every `…_ms` field fills the `DateTime64(3)` column `…_at`.
`version` grows with the log (see `Partition.version`): of two rows with one key the higher one is true.
"""

from typing import NamedTuple

import msgspec

from services.core.event import Millis


class Row(msgspec.Struct, gc=False):
    """One row of one table."""


class SessionRow(Row):
    """One session as it stands. The key is (project, opened_on, id); none of the three ever changes.

    The other fields have defaults so that a row that takes a session back names only what it must.
    """

    project: str
    opened_on: str  # ISO date of the event that opened it, which is one of its own: it never begins after that day
    id: str
    partition: int
    version: int
    visitor: str = ""
    user: str = ""
    started_at: Millis = msgspec.field(name="started_ms", default=0)
    ended_at: Millis = msgspec.field(name="ended_ms", default=0)
    state: str = ""  # open | closed
    late: bool = False
    historical: bool = False
    events: int = 0
    pages: int = 0
    entry_page: str = ""
    exit_page: str = ""
    # How the visitor came (seen.py): of the first event that knows it.
    device: str = ""
    browser: str = ""
    os: str = ""
    country: str = ""
    referrer_class: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    click_id: str = ""
    stage: str = ""  # the furthest stage entered, "" where none was
    step: str = ""  # the furthest step within it
    # The path: one element for each run of events in one stage and step, oldest first.
    path_stage: list[str] = []
    path_step: list[str] = []
    path_started_at: list[Millis] = msgspec.field(name="path_started_ms", default_factory=list)
    path_ended_at: list[Millis] = msgspec.field(name="path_ended_ms", default_factory=list)
    path_event: list[str] = []  # the event that entered
    path_rule: list[str] = []  # the rule it met, "stage/rule number" or "stage.step/rule number"
    job: str = ""  # "unassigned" where the evidence is thin
    job_confidence: float = 0.0
    job_evidence: list[str] = []  # event ids
    job_rules: list[str] = []  # the rules that fired, "job/rule number"
    job_changes: list[str] = []  # earlier labels, oldest first
    outcome_at: Millis = msgspec.field(name="outcome_ms", default=0)  # 0: not reached
    outcome_event: str = ""
    value: float = 0.0  # of the outcome, in `currency`; else of the basket as last seen
    currency: str = ""
    journey_version: str = ""
    is_deleted: int = 0


class FindingRow(Row):
    """One piece of friction in one session. The key is (project, opened_on, session_id, id)."""

    project: str
    opened_on: str  # the session's
    session_id: str
    id: str
    partition: int
    version: int
    visitor: str = ""
    detector: str = ""
    stage: str = ""
    step: str = ""
    page: str = ""
    element: str = ""
    job: str = ""
    occurred_at: Millis = msgspec.field(name="occurred_ms", default=0)
    severity: int = 0  # 1 slight … 3 grave
    cost_seconds: float = 0.0
    cost_steps: int = 0
    value: float = 0.0
    currency: str = ""
    intended: bool = False
    cause: str = ""  # the likely cause in words, "" where none is known
    evidence: list[str] = []  # event ids
    journey_version: str = ""
    is_deleted: int = 0


class StateRow(Row):
    """The whole state of one visitor on one partition: what a worker needs to go on after a crash."""

    project: str
    visitor: str
    log_id: str
    partition: int
    next_offset: int  # the visitor's records before it are applied
    key_hash: int  # murmur2 of the visitor as the producer's partitioner takes it, positive 31 bits
    format: int
    blob: bytes  # msgpack; base64 on the wire and in the table
    version: int
    stands_for: int  # the version up to which the visitor's rows are true: its own, unless it was only written again
    due: list[Millis] = []  # when to look at live and at imported sessions again
    touched: list[Millis] = []  # the two clocks when they were last changed
    is_deleted: int = 0  # nothing is left of the visitor that a new event could change


class BelievedRow(Row):
    """How far the rows of a visitor were true that somebody left unfinished, as whoever took on after them found it."""

    project: str
    visitor: str
    stands_for: int  # true are those of its generation up to this version


class Left(NamedTuple):
    """Rows of a partition with versions between the two are of checkpoints that never came to their end."""

    partition: int
    after: int
    before: int
    elsewhere: bool = False  # in another log, where the visitors may have been spread over another number of partitions
    found_at: Millis = 0  # when somebody took on and looked for them first


class PositionRow(Row):
    """How far one partition of one log has been applied. Written last: what it says is stored."""

    log_id: str
    partition: int
    partitions: int  # of the topic, when this was written
    generation: int  # grows each time that a worker takes partitions on, whatever the log
    claim: str  # which taking-on this is
    began: int  # the version with which this log began; the rows of logs before it have lower ones
    finished: int  # the version of the last checkpoint that came to its end; a claim is none
    next_offset: int
    clocks: str  # JSON: project → [live, import] watermark in milliseconds
    version: int
    owed: list[Left] = []  # where rows may still come late, so that whoever takes on looks there too


class UnfinishedRow(Row):
    """A session, or a finding of one, as written by a checkpoint whose position was never written."""

    project: str
    opened_on: str
    session_id: str
    finding_id: str  # "" for the session itself
    visitor: str
    version: int
    partition: int = 0
    believed: list[int] = []  # what stands in `BelievedRow` of its visitor


class RefusedRow(Row):
    """A record set aside, with its raw bytes, so that it can be looked at and sent again."""

    log_id: str
    partition: int
    offset: int  # of the record; below 0 for a visitor's state, which has none
    project: str
    reason: str
    detail: str
    raw: bytes  # base64 on the wire and in the table
    refused_at: Millis = msgspec.field(name="refused_ms")
    size: int = 0  # bytes that came; `raw` has fewer where they were too many
    # What sending a client's call again needs to know of the request it came with.
    type: str = ""
    skew: int = 0  # milliseconds
    historical: bool = False
    seen: str = ""


class ForgottenRow(Row):
    """Somebody who asked to be forgotten: all that they did until then."""

    project: str
    visitor: str
    forgotten_at: Millis = msgspec.field(name="forgotten_ms")


class ReplayedRow(Row):
    """A refused event that was sent again and taken: the key is that of its `RefusedRow`."""

    log_id: str
    partition: int
    offset: int
    project: str
    replayed_at: Millis = msgspec.field(name="replayed_ms")
