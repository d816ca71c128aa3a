"""What one checkpoint writes, in the order in which it must be written."""

from dataclasses import dataclass, field

from services.core.rows import FindingRow, PositionRow, RefusedRow, SessionRow, StateRow


@dataclass(slots=True)
class Changes:
    """Everything since the last take. A position stands for all before it, so it is written last."""

    events: list[bytes] = field(default_factory=list)  # JSON lines as they came, without duplicates
    refused: list[RefusedRow] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)
    sessions: list[SessionRow] = field(default_factory=list)
    states: list[StateRow] = field(default_factory=list)
    positions: list[PositionRow] = field(default_factory=list)
