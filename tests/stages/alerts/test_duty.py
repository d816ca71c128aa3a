"""One worker of all judges and tells; another goes on when it dies. Real processes on a real Kafka."""

import json
import subprocess
import time
from collections.abc import Iterator

import pytest

from services.core.spikes.baseline import HOUR_MS
from services.core.spikes.incident import Incident, Measured
from services.edges.clickhouse import Store
from services.edges.incidents import known_incidents, save_incidents
from tests.edges.reading import until
from tests.receiver import Receiver
from tests.stages.alerts.weeks import Shop
from tests.stages.test_worker import Installation, applied, installation

__all__ = ["installation"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().serving() as one:
        yield one


def start(made: Installation, receiver: Receiver, worker: str) -> subprocess.Popen[bytes]:
    """A worker with a log of its own."""
    made.log = made.log.with_name(f"{worker}.log")
    return made.start(
        DESIRELINE_WORKER=worker,
        DESIRELINE_RECEIVERS=json.dumps({"shop_team": receiver.url}),
        DESIRELINE_OUTGOING_ALLOWED="127.0.0.0/8",
    )


async def test_one_of_two_workers_tells_and_the_other_takes_over_when_it_is_killed(
    installation: Installation, receiver: Receiver
) -> None:
    store = Store.open(installation.clickhouse)
    over = int(time.time() * 1000 - 150_000) // HOUR_MS - 1
    shop = Shop(store)
    shop.visit(until=over)
    shop.stick("rage_click", 10, until=over)
    shop.stick("rage_click", 70, hours=2, until=over)
    shop.act()

    workers = {name: start(installation, receiver, name) for name in ("one", "two")}
    await until(lambda: receiver.received)
    logs = {name: installation.log.with_name(f"{name}.log") for name in workers}
    [leader] = [name for name, log in logs.items() if "Incident " in log.read_text()]
    workers[leader].kill()
    workers[leader].wait()
    save_incidents(store, [another(over)], version=time.time_ns() // 1_000_000)
    await until(lambda: "another" in receiver.incidents)

    [first] = [one for one in known_incidents(store, "shop", 0) if one.id != "another"]
    assert receiver.incidents == [first.id, "another"]
    assert (first.named.detector, first.named.stage) == ("rage_click", "checkout")
    assert applied(store) == 0
    for worker in workers.values():
        worker.terminate()
        worker.wait(timeout=20)
    store.close()


def another(hour: int) -> Incident:
    named = Measured("loop", "browse", "", hour, 100, 60, 0.2, 0.04, "same_hour", 4, 1e-9)
    return Incident(
        id="another", project="shop", named=named, cells=(named,), began=hour, seen=hour, judged=hour, told=hour
    )
