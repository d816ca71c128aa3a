"""What ingest says of a call it does not take. The reasons are everybody's: services/core/refusal.py."""

from typing import NamedTuple

from services.core.refusal import Reason, RefusedEvent

__all__ = ["Reason", "Refusal", "RefusedEvent"]


class Refusal(NamedTuple):
    """Says why one event is not taken."""

    reason: Reason
    detail: str
