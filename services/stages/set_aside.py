"""What a worker has set aside, said once it is stored: from a fetch, or of a state that time or a claim woke."""

import logging
from collections import Counter
from collections.abc import Sequence

from services.core.rows import RefusedRow
from services.stages.metrics import SET_ASIDE

log = logging.getLogger(__name__)


def say_set_aside(refused: Sequence[RefusedRow]) -> None:
    reasons = Counter(row.reason for row in refused)
    for reason, count in reasons.items():
        SET_ASIDE.labels(reason).inc(count)
    if refused:
        last = refused[-1]
        log.warning(
            "Set aside: %s; the last of partition %s at offset %s: %s",
            ", ".join(f"{count} {reason}" for reason, count in reasons.items()),
            last.partition,
            last.offset,
            last.detail,
        )
