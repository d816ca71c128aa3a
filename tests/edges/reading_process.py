"""A reader as a process: keeps positions in a folder and writes what it applied into a journal."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from faust.types import TP

from tests.edges.reading import Reader


class Worker(Reader):
    """Applies records, and stores how far before it lets a partition go."""

    def __init__(self, address: str, topic: str, positions: Path, journal: Path) -> None:
        super().__init__(address, topic)
        self.positions = positions
        self.journal = journal.open("a", buffering=1)
        positions.mkdir(exist_ok=True)

    def _say(self, **what: Any) -> None:
        self.journal.write(json.dumps(what) + "\n")

    async def _read(self, stream: Any) -> None:
        async for fetch in stream.noack().events():
            self._say(applied=[int(record.value) for record in fetch.value])
            self.starts[fetch.message.partition] = fetch.message.offset + 1
            fetch.ack()

    async def take_on(self, partitions: set[TP], count: int) -> Mapping[TP, int]:
        assert count == 4
        self._say(assigned=sorted(tp.partition for tp in partitions))
        return {tp: self._position(tp.partition) for tp in partitions}

    def _position(self, partition: int) -> int:
        kept = self.positions / str(partition)
        return int(kept.read_text()) if kept.exists() else 0

    async def let_go(self, partitions: set[TP]) -> None:
        for tp in partitions:
            if tp.partition in self.starts:
                (self.positions / str(tp.partition)).write_text(str(self.starts.pop(tp.partition)))


async def main() -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    address, topic, positions, journal = sys.argv[1:]
    async with Worker(address, topic, Path(positions), Path(journal)) as worker:
        await told.wait()
        await worker.consumer.let_go_all()


if __name__ == "__main__":
    asyncio.run(main())
