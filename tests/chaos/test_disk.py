"""A disk that is full, or cannot be written: nothing is acknowledged that is not stored, and it goes on afterwards."""

import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.core.key import Kind, Right
from services.edges.clickhouse import Store
from services.edges.keyring import Keyring
from tests.chaos.ledger import PROJECT
from tests.clickhouse_server import ClickHouseProcess
from tests.installation import Installation, desireline

WITHIN = 90.0
DISK_MB = 420
"""`up` refuses to start below 200 MB, and an empty database takes some of the rest."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own; skips where mounting is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        # Not failed where all is required: whether a machine lets its root mount is no matter of a missing tool.
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


class Clients:
    """Sends events one request after the other, and remembers which got their 200."""

    def __init__(self, running: Installation, key: str) -> None:
        self.running = running
        self.acknowledged: set[str] = set()
        self._key = key
        self._numbers = count()

    def send(self, seconds: float = 20.0) -> int:
        """One request of 50 events; the status, 0 where there was no answer in time."""
        ids = [f"event-{next(self._numbers)}" for _ in range(50)]
        batch = [self._call(one) for one in ids]
        try:
            answer = httpx.post(
                f"{self.running.url}/v1/batch",
                json={"batch": batch, "historical": True},
                headers={"Authorization": f"Bearer {self._key}"},
                timeout=seconds,
            )
        except httpx.TransportError:
            return 0
        if answer.status_code == 200:
            self.acknowledged.update(ids)
        return answer.status_code

    @staticmethod
    def _call(event_id: str) -> dict[str, Any]:
        return {
            "type": "track",
            "event": "Product Viewed",
            "anonymousId": f"visitor of {event_id}",
            "messageId": event_id,
            "timestamp": "2026-01-01T12:00:00Z",
        }


def fill(disk: Path) -> Path:
    """Take all the room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def stored(data: Path) -> set[str]:
    """The events of a folder that nobody holds any more."""
    database = ClickHouseProcess(data / "database")
    database.start()
    try:
        store = Store.open(f"{database.address}/default", bring_up_to_date=False)
        ids = {row["id"] for row in store.query("SELECT id FROM events FINAL")}
        store.close()
    finally:
        database.kill()
    return ids


def prepared(data: Path) -> tuple[Path, str]:
    """A data folder, with a key that may send history."""
    return data, Keyring(data / "keys.json").create(Kind.WRITE, PROJECT, [Right.HISTORICAL])


# What it says is written beside its folder: elsewhere, or on the same disk.
@pytest.mark.parametrize("folder", [".", "data"])
def test_on_a_full_disk_nothing_is_acknowledged_and_with_room_again_it_goes_on(disk: Path, folder: str) -> None:
    data, key = prepared(disk / folder)
    with Installation(data) as running:
        clients = Clients(running, key)
        assert clients.send() == 200

        filler = fill(disk)
        refused = clients.send()
        filler.unlink()

        assert refused in {503, 0}
        until(lambda: clients.send() == 200)
        assert running.stop() == 0
    assert clients.acknowledged <= stored(data)


def test_on_a_disk_that_cannot_be_written_any_more_nothing_is_acknowledged(disk: Path) -> None:
    data, key = prepared(disk)
    with Installation(data) as running:
        clients = Clients(running, key)
        assert clients.send() == 200

        # The kernel refuses to make a disk read-only while files are open for writing, so the room is taken instead,
        # and the process dies with the disk as it is.
        fill(disk)
        assert clients.send() != 200
        running.stop(9)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    refused = desireline("up", "--data", data, "--port", "0")

    assert refused.returncode == 1
    assert "cannot be written" in refused.stderr
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    (disk / "filler").unlink()
    with Installation(data) as running:
        clients.running = running
        until(lambda: clients.send() == 200)
        assert running.stop() == 0
    assert clients.acknowledged <= stored(data)


def test_too_little_room_is_said_before_anything_starts(disk: Path) -> None:
    data, _ = prepared(disk)
    filler = fill(disk)

    refused = desireline("up", "--data", data, "--port", "0")

    filler.unlink()
    assert refused.returncode == 1
    assert "MB left" in refused.stderr
