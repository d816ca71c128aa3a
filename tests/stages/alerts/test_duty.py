"""One worker of all judges and tells; another goes on when it dies. Real processes on a real Kafka."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from services.core.spikes.baseline import HOUR_MS
from services.core.spikes.incident import Incident, Measured
from services.edges.clickhouse import Store
from services.edges.incidents import dead_letters, deliveries, known_incidents, save_incidents
from tests.edges.reading import until
from tests.receiver import Receiver
from tests.stages.alerts.weeks import Shop
from tests.stages.test_worker import Installation, applied, installation

__all__ = ["installation"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().serving() as one:
        yield one


def start(made: Installation, receiver: Receiver, worker: str, **environment: str) -> subprocess.Popen[bytes]:
    """A worker with a log of its own."""
    made.log = made.log.with_name(f"{worker}.log")
    return made.start(
        **environment,
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


async def test_workers_killed_before_they_record_what_they_sent_send_one_duplicate_of_the_same_incident_and_no_more(
    installation: Installation, receiver: Receiver
) -> None:
    store = Store.open(installation.clickhouse)
    save_incidents(store, [another(int(time.time() * 1000) // HOUR_MS - 1)], version=1)

    for _ in range(2):
        killed = start(installation, receiver, "one", CRASH_AT="after sending:1", UNDER_WAY="1")
        assert killed.wait(timeout=60) == -signal.SIGKILL
    worker = start(installation, receiver, "one", UNDER_WAY="1")
    await until(lambda: dead_letters(store, "shop"))

    assert receiver.incidents == ["another", "another"]
    assert len({one.headers["Desireline-Delivery"] for one in receiver.received}) == 1
    [dead] = dead_letters(store, "shop")
    assert (dead.id, dead.doubts) == ("another", 2)
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    store.close()


async def test_a_worker_killed_once_while_it_sends_is_made_up_for_by_its_successor(
    installation: Installation, receiver: Receiver
) -> None:
    store = Store.open(installation.clickhouse)
    save_incidents(store, [another(int(time.time() * 1000) // HOUR_MS - 1)], version=1)

    killed = start(installation, receiver, "one", CRASH_AT="before sending:1", UNDER_WAY="1")
    assert killed.wait(timeout=60) == -signal.SIGKILL
    worker = start(installation, receiver, "one", UNDER_WAY="1")
    await until(lambda: [one.state for one in deliveries(store, 0)] == ["sent"])

    assert receiver.incidents == ["another"]
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    store.close()


def another(hour: int) -> Incident:
    named = Measured("loop", "browse", "", hour, 100, 60, 0.2, 0.04, "same_hour", 4, 1e-9)
    return Incident(
        id="another", project="shop", named=named, cells=(named,), began=hour, seen=hour, judged=hour, told=hour
    )
