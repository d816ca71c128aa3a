"""The demo's sending process (`python -m services.demo`): fills an installation with simulated visitors."""

import sys
from collections.abc import Callable
from datetime import datetime
from time import perf_counter

import msgspec

from services.demo.simulator import Simulator
from services.replay.__main__ import run
from services.replay.progress import Finished, Progress, Sending
from services.replay.sender import Sender


class Fill(msgspec.Struct, frozen=True):
    """Which simulated visitors to send, and where to."""

    url: str
    key: str
    until: datetime
    seed: int
    visitors: int
    events: int  # how many that will be, for the progress bar

    async def run(self, tell: Callable[[Progress], None]) -> None:
        """Send them all. Raises SendError."""
        started = perf_counter()
        simulator = Simulator(until=self.until, visitors=self.visitors, seed=self.seed)

        def acknowledged(_: int) -> None:
            tell(Sending(sender.outcome.acknowledged, self.events))

        async with Sender(self.url, self.key, on_acknowledged=acknowledged) as sender:
            await sender.send(simulator.events())
            await sender.end_import()
        visits = simulator.truth.visits
        tell(
            Finished(
                acknowledged=sender.outcome.acknowledged,
                broken=0,
                refused=sender.outcome.refused,
                problems=[],
                seconds=perf_counter() - started,
                since=min(visit.started_at for visit in visits),
                until=max(visit.ended_at for visit in visits),
            )
        )


if __name__ == "__main__":
    run(msgspec.json.decode(sys.stdin.buffer.read(), type=Fill).run)
