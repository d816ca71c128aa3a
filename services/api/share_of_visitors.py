"""Of how many visitors the single acts are looked at, where there are very many sessions: docs/adr/0016."""

from services.api.kept_counts import stored
from services.api.question import Asked
from services.api.sql import fragment

MOST_FOLLOWED = 500_000
"""Sessions whose events are looked at; of more, those of a share of all visitors, who have about as many."""


def share_of_visitors(asked: Asked) -> tuple[dict[str, str], dict[str, object]]:
    """The words and parameters by which a question keeps to such a share; none where there are few enough."""
    sessions = stored(asked)
    if sessions <= MOST_FOLLOWED:
        return {}, {}
    return {"shared": fragment("share_of_visitors")}, {"visitors_below": 2**64 * MOST_FOLLOWED // sessions}
