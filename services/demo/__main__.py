"""The demo's sending process (`python -m services.demo`): fills an installation with simulated visitors."""

from collections.abc import Callable
from datetime import datetime
from time import perf_counter

import msgspec

from services.demo.simulator import Simulator
from services.replay.__main__ import main
from services.replay.message import Target
from services.replay.progress import Finished, Progress, Sending
from services.replay.replay import send_history


class Fill(msgspec.Struct, frozen=True):
    """Which simulated visitors to send."""

    until: datetime
    visitors: int
    seed: int = 1

    async def run(self, target: Callable[[], Target], tell: Callable[[Progress], None]) -> None:
        """Draw them all, then send them. Raises SendError."""
        simulator = Simulator(until=self.until, visitors=self.visitors, seed=self.seed)
        events = list(simulator.events())
        tell(Sending(0, len(events)))
        where = target()
        started = perf_counter()
        outcome = await send_history(events, len(events), where, tell)
        tell(
            Finished(
                acknowledged=outcome.acknowledged,
                broken=0,
                refused=outcome.refused,
                problems=[],
                seconds=perf_counter() - started,
                since=events[0].at,
                until=events[-1].at,
            )
        )


if __name__ == "__main__":
    main(Fill)
