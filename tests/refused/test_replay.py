"""What is sent again is taken once, marked, and no longer listed."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from services.core.event import Event
from services.core.refusal import Reason
from services.core.rows import RefusedRow
from services.edges.clickhouse import Store
from services.edges.refused import Wanted, count_refused
from services.refused.replay import Replay, Replayed
from services.refused.shelf import StoreShelf
from tests.core.build import START
from tests.installation import Installation


def aside(number: int, raw: bytes, reason: str = "keys", project: str = "default") -> RefusedRow:
    return RefusedRow(
        log_id="log", partition=0, offset=number, project=project, reason=reason, detail="", raw=raw, refused_at=START,
        size=len(raw), historical=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("replay") / "data") as installation:
        yield installation


async def test_taken_events_are_marked_and_a_second_time_changes_nothing(
    running: Installation, store: Store, tmp_path: Path
) -> None:
    from services.core.key import Kind, Right
    from services.edges.keyring import Keyring

    key = Keyring(running.data / "keys.json").create(Kind.WRITE, "default", [Right.HISTORICAL])
    calls = [
        b'{"type":"track","event":"x","anonymousId":"a","timestamp":"2026-01-0%dT00:00:00Z"}' % (number + 1)
        for number in range(3)
    ]
    event = Event(
        id="failed", project="default", visitor="a", type="track", name="y", occurred_at=START, received_at=START,
        watermark=START,
    )  # fmt: skip
    rows = [aside(number, call) for number, call in enumerate(calls)]
    rows += [
        aside(3, msgspec.json.encode(event), Reason.FAILED),
        aside(4, b'{"type":"track"}', "visitor"),
        aside(5, b"\xff", Reason.UNREADABLE),
        aside(6, calls[0], project=""),
    ]
    store.insert("refused_events", rows)
    told: list[int] = []

    async def replay() -> Replayed:
        shelf = StoreShelf(store)
        return await Replay(shelf, running.url, lambda *_: key, lambda done: told.append(done.done)).run(Wanted())

    first = await replay()
    second = await replay()

    assert (first.taken, sum(first.refused.values()), first.unsendable) == (4, 1, 2)
    assert (second.taken, sum(second.refused.values()), second.unsendable) == (0, 1, 2)
    assert {(one.project, one.reason) for one in count_refused(store, Wanted())} == {
        ("", "keys"),
        ("default", "visitor"),
        ("default", "unreadable"),
    }
    sessions = running.ask("/v1/sessions", visitor="a", **{"from": "2020-01-01T00:00:00Z"})["sessions"]
    assert sum(one["events"] for one in sessions) == 4
    assert running.ask("/v1/refused")["refused"] == [], "what is refused again is not set aside once more"
