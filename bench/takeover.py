"""Seconds from the SIGKILL of the worker that judges to the next message that the other one sends:
`uv run python -m bench.takeover`.

Two workers on a real Kafka; an incident begins just after the kill. Nobody starts the killed one again.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from services.core.spikes.baseline import HOUR_MS
from services.edges.incidents import save_incidents
from tests.chaos.cluster import Cluster
from tests.chaos.service import Service
from tests.edges.reading import until
from tests.receiver import Receiver
from tests.stages.alerts.test_duty import another
from tests.stages.alerts.weeks import Shop


async def measured() -> float:
    """Of one kill."""
    with tempfile.TemporaryDirectory() as folder, Receiver().serving() as receiver:
        os.environ["DESIRELINE_RECEIVERS"] = json.dumps({"shop_team": receiver.url})
        os.environ["DESIRELINE_OUTGOING_ALLOWED"] = "127.0.0.0/8"
        async with Cluster(Path(folder)) as cluster:
            over = int(time.time() * 1000 - 150_000) // HOUR_MS - 1
            await asyncio.to_thread(_fill, Shop(cluster.store), over)
            await until(lambda: receiver.received)
            leader = _leader(cluster)
            await leader.kill()
            began = time.monotonic()
            save_incidents(cluster.store, [another(over)], version=time.time_ns() // 1_000_000)
            await until(lambda: "another" in receiver.incidents)
            return time.monotonic() - began


def _fill(shop: Shop, over: int) -> None:
    """Weeks with a spike at their end."""
    shop.visit(until=over)
    shop.stick("rage_click", 10, until=over)
    shop.stick("rage_click", 70, hours=2, until=over)
    shop.act()


def _leader(cluster: Cluster) -> Service:
    [leader] = [one for one in cluster.workers if b"Incident " in one.log.read_bytes()]
    return leader


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=3)
    seconds = [asyncio.run(measured()) for _ in range(parser.parse_args().kills)]
    each = ", ".join(f"{one:.1f}" for one in seconds)
    print(f"{statistics.median(seconds):.1f} s from the SIGKILL to the next message ({each})")


if __name__ == "__main__":
    main()
