"""Vendors' own clients against a running ingest: what was sent is what is stored, also where they must try again."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from services.core.event import Event
from services.core.refusal import Reason
from tests.clients.ingest import Ingest, running
from tests.clients.proxy import FAILURES, Failure, failing_first

HERE = Path(__file__).parent
PYTHON = ["segment_python.py", "rudder_python.py", "posthog_python.py"]
NODE = ["segment_node.cjs", "rudder_node.cjs", "jitsu_node.cjs", "posthog_node.cjs"]
RETRYING = [program for program in PYTHON + NODE if program != "jitsu_node.cjs"]
SECONDS = 120


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    with running(tmp_path) as ingest:
        yield ingest


@contextmanager
def no_lack_of(program: str) -> Iterator[list[str]]:
    """The command that runs a program; without node, or what npm brings, its test is skipped, yet fails in CI."""
    node, brought = shutil.which("node"), HERE / "node_modules"
    if program.endswith(".py"):
        yield [sys.executable, str(HERE / "programs" / program)]
    elif node and brought.exists():
        yield [node, str(HERE / "programs" / program)]
    else:
        lack = f"{'npm ci --prefix tests/clients' if node else 'node'} is needed for {program}"
        (pytest.fail if os.environ.get("DESIRELINE_REQUIRE_ALL") == "1" else pytest.skip)(lack)


def send(program: str, host: str, key: str) -> str:
    """Run a program to its end; what it said."""
    with no_lack_of(program) as command:
        ended = subprocess.run([*command, host, key], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


def check(program: str, events: list[Event]) -> None:
    """All that a program sends, once, with all that it said."""
    bought = [event for event in events if event.name == "Product Added"]
    assert Counter(msgspec.json.decode(event.props)["n"] for event in bought) == Counter(range(30))
    assert {event.user for event in bought} == {"u1"}
    [page] = [event for event in events if event.type == "page"]
    assert page.path == "/gifts"
    [known] = [event for event in events if event.type == "identify"]
    assert msgspec.json.decode(known.props)["plan"] == "pro"
    errors = [msgspec.json.decode(event.props)["message"] for event in events if event.name == "error"]
    assert errors == (["no such candle"] if program.startswith("posthog") else [])
    assert len(events) == 32 + len(errors)
    assert all(abs(event.received_at - event.occurred_at) < SECONDS * 1000 for event in events)


@pytest.mark.parametrize("program", PYTHON + NODE)
def test_what_a_client_sends_is_what_is_stored(ingest: Ingest, program: str) -> None:
    with failing_first(ingest.address, Failure.NONE) as proxy:
        said = send(program, proxy.address, ingest.key)

    assert proxy.statuses, said
    check(program, ingest.events())


@pytest.mark.parametrize("program", RETRYING)
def test_what_was_not_taken_is_sent_again_and_stored_once(ingest: Ingest, program: str) -> None:
    with failing_first(ingest.address, Failure.REFUSED) as proxy:
        said = send(program, proxy.address, ingest.key)

    assert proxy.statuses.count(503) == FAILURES, said
    check(program, ingest.events())


@pytest.mark.parametrize("program", RETRYING)
def test_what_is_sent_again_though_it_was_taken_is_known_and_stored_once(ingest: Ingest, program: str) -> None:
    with failing_first(ingest.address, Failure.ANSWER_LOST) as proxy:
        said = send(program, proxy.address, ingest.key)

    events = ingest.events()
    assert proxy.statuses.count(503) == FAILURES, said
    assert ingest.dropped(Reason.DUPLICATE) > 0
    assert len({event.id for event in events}) == len(events)
    check(program, events)
