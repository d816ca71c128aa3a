"""One piece of friction in one session, with the events that show it."""

from hashlib import blake2b

import msgspec

from services.core.event import Millis

SLIGHT, NOTICEABLE, GRAVE = 1, 2, 3
"""Severities: costs a moment; costs the customer's patience; stops them."""


class Finding(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a detector saw. `cause_id` is the event that began it: with the session and the detector it makes the id."""

    detector: str
    cause_id: str
    stage: str
    step: str
    page: str
    occurred_at: Millis
    evidence: tuple[str, ...]
    severity: int = SLIGHT
    element: str = ""
    cost_seconds: float = 0.0
    cost_steps: int = 0
    value: float = 0.0
    currency: str = ""
    cause: str = ""


def hashed_id(*causes: str) -> str:
    """An id made of what caused the thing, so that writing it again writes the same row (128 bits, hex)."""
    return blake2b("\x1f".join(causes).encode(), digest_size=16).hexdigest()
