"""What is dropped in masses, told once a minute: robots and floods must not fill the disk that they were kept from."""

from services.ingest.refusal import Reason

EVERY_SECONDS = 60.0


class Tally:
    """Counts events by project and reason, and says when it is time to tell of them."""

    def __init__(self) -> None:
        self._untold: dict[tuple[str, Reason], int] = {}
        self._told_at: dict[tuple[str, Reason], float] = {}

    def add(self, project: str, reason: Reason, events: int, now: float) -> int:
        """How many there were since it was last told of, when that is due again; else 0."""
        place = project, reason
        untold = self._untold.get(place, 0) + events
        if now - self._told_at.get(place, -EVERY_SECONDS) < EVERY_SECONDS:
            self._untold[place] = untold
            return 0
        self._untold[place] = 0
        self._told_at[place] = now
        return untold
