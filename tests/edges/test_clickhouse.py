"""The store, in the engine of this process and over HTTP: what is written is what is read."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.claim import claim
from services.core.event import Event, Millis
from services.core.rows import (
    BelievedRow,
    FindingRow,
    Left,
    PositionRow,
    RefusedRow,
    ReplayedRow,
    Row,
    SessionRow,
    StateRow,
)
from services.edges.clickhouse import Store, StoreRefused, StoreUnavailable
from services.edges.packed import AT_ONCE

AT = Millis(1_767_225_600_123)
SAME_STORE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

ROWS: dict[str, Row] = {
    "sessions": SessionRow(
        project="shop", opened_on="2026-01-01", id="s1", partition=3, version=1 << 50, visitor="v", user="u",
        started_at=AT, ended_at=Millis(AT + 60_000), state="open", late=True, historical=True, events=7, pages=3,
        entry_page="/", exit_page="/a'b\"c", device="mobile", browser="Firefox", os="Android", country="AT",
        referrer_class="search", source="s", medium="m", campaign="it's \"spring\"", click_id="gclid",
        stage="checkout", step="payment",
        path_stage=["browse", "checkout"], path_step=["", "payment"],
        path_started_at=[AT, Millis(AT + 1)], path_ended_at=[AT, Millis(AT + 60_000)], path_event=["e1", "e2"],
        job="gift", job_confidence=0.75, job_evidence=["e1"], job_rules=["gift/1"], job_changes=["unassigned"],
        outcome_at=Millis(AT + 59_999), outcome_event="e9", value=12.5, currency="EUR", journey_version="abc",
    ),
    "findings": FindingRow(
        project="shop", opened_on="2026-01-01", session_id="s1", id="f1", partition=3, version=9, visitor="v",
        detector="rage_click", stage="checkout", step="payment", page="/p", element="#pay", job="gift",
        occurred_at=AT, severity=2, cost_seconds=1.5, cost_steps=2, value=3.25, currency="EUR", intended=True,
        cause="the button did not answer", evidence=["e1", "e2"], journey_version="abc",
    ),
    "session_state": StateRow(
        project="shop", visitor="v", log_id="l/t", partition=3, next_offset=77, key_hash=2**31 - 1, format=1,
        blob=bytes(range(256)), version=5, stands_for=4, due=[1, 2], touched=[3, 4],
    ),
    "positions": PositionRow(
        log_id="l/t", partition=3, partitions=4, generation=2, claim="c", began=1, finished=2, next_offset=77,
        clocks='{"shop":[1,2]}', version=4, owed=[Left(3, 1 << 41, 1 << 42, True, AT), Left(0, 1, 2)],
    ),
    "believed": BelievedRow(project="shop", visitor="v", stands_for=1 << 41),
    "refused_events": RefusedRow(
        log_id="l", partition=1, offset=5, project="", reason="schema", detail="no id", raw=b"\xff\0{", refused_at=AT,
        size=7, type="track", skew=-4, historical=True,
    ),
    "refused_replays": ReplayedRow(log_id="l", partition=1, offset=5, project="", replayed_at=AT),
}  # fmt: skip


@pytest.mark.parametrize("table", ROWS)
def test_every_field_of_a_row_is_stored_and_comes_back(store: Store, table: str) -> None:
    row = ROWS[table]

    store.insert(table, [row])

    assert as_on_the_wire(store.query(f"SELECT * FROM {table}")[0], type(row)) == msgspec.to_builtins(row)


def as_on_the_wire(stored: dict[str, Any], kind: type[Row]) -> dict[str, Any]:
    """A stored row under the names of its wire fields."""
    return {name: wire_value(stored, name) for name in kind.__struct_encode_fields__}


def wire_value(stored: dict[str, Any], name: str) -> Any:
    value = stored[name.removesuffix("_ms") + "_at" if name.endswith("_ms") else name]
    if isinstance(value, (list, tuple)):
        return [in_millis(one) for one in value]
    return in_millis(value)


def in_millis(value: Any) -> Any:
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    return value if isinstance(value, (str, int, float, tuple)) else value.isoformat()


def test_events_are_stored_as_they_came(store: Store) -> None:
    props = msgspec.Raw(b'{"price": 9.90, "tags": ["a", {"b": null}], "text": "it\'s \\"so\\"\\n"}')
    event = Event(
        id="e", project="shop", visitor="v", type="track", name="x", occurred_at=AT, received_at=AT, props=props
    )

    store.insert_lines("events", [msgspec.json.encode(event)])

    row = store.query("SELECT * FROM events")[0]
    assert row["occurred_at"] == datetime(2026, 1, 1, 0, 0, 0, 123_000, UTC)
    assert row["watermark_at"] == datetime(1970, 1, 1, tzinfo=UTC)
    assert msgspec.json.decode(row["props"]) == msgspec.json.decode(props)
    assert (row["user"], row["context"]) == ("", "{}")


def test_more_than_is_sent_in_one_piece_is_stored_whole(store: Store) -> None:
    lines = [
        msgspec.json.encode(
            Event(id=f"e{number}", project="shop", visitor="v", type="track", name="x", occurred_at=AT, received_at=AT)
        )
        for number in range(2 * AT_ONCE + 1)
    ]

    store.insert_lines("events", lines)

    assert store.query("SELECT uniqExact(id) AS n FROM events") == [{"n": len(lines)}]


def test_an_event_written_twice_is_one(store: Store) -> None:
    event = Event(id="e", project="shop", visitor="v", type="track", name="x", occurred_at=AT, received_at=AT)

    for _ in range(2):
        store.insert_lines("events", [msgspec.json.encode(event)])

    assert store.query("SELECT count() AS n FROM events FINAL") == [{"n": 1}]


def test_the_higher_version_of_a_session_is_true_whatever_the_order(store: Store) -> None:
    newer = SessionRow(project="p", opened_on="2026-01-01", id="s", partition=0, version=2, events=5)
    older = SessionRow(project="p", opened_on="2026-01-01", id="s", partition=0, version=1, events=3)

    store.insert("sessions", [newer])
    store.insert("sessions", [older])

    assert store.query("SELECT events FROM sessions FINAL") == [{"events": 5}]


def test_a_withdrawn_session_is_gone_also_where_its_visitor_is_asked_for(store: Store) -> None:
    stands = SessionRow(project="p", opened_on="2026-01-01", id="s", partition=0, version=1, visitor="v")
    withdrawn = SessionRow(project="p", opened_on="2026-01-01", id="s", partition=0, version=2, is_deleted=1)

    store.insert("sessions", [stands])
    store.insert("sessions", [withdrawn])

    assert store.query("SELECT id FROM sessions FINAL WHERE visitor = {v:String}", {"v": "v"}) == []


def position(**fields: Any) -> PositionRow:
    return msgspec.structs.replace(claim([], "log", [1], 4, "mine")[0].position, **fields)


def test_a_position_is_the_newest_of_its_partition(store: Store) -> None:
    for offset in (10, 30, 20):
        store.insert("positions", [position(next_offset=offset, version=offset)])
    store.insert("positions", [position(partition=2), position(log_id="other")])

    stored = store.positions()

    assert [row for row in stored if (row.log_id, row.partition) == ("log", 1)] == [
        position(next_offset=30, version=30)
    ]
    assert len(stored) == 3


def test_long_values_are_bound_as_short_ones_are(store: Store) -> None:
    long = "' \\ {x:String} ü\r\n" * 5_000

    assert store.query("SELECT {long:String} AS told, {other:UInt8} AS n", {"long": long, "other": 7}) == [
        {"told": long, "n": 7}
    ]


def state(visitor: str, key_hash: int, version: int, **fields: Any) -> StateRow:
    given: dict[str, Any] = {
        "project": "p", "log_id": "log", "partition": 1, "next_offset": 5, "format": 1, "due": [9, 0], "touched": [8, 0]
    }  # fmt: skip
    blob = f"{visitor}{version}".encode()
    return StateRow(
        visitor=visitor, key_hash=key_hash, blob=blob, version=version, stands_for=version, **(given | fields)
    )


def test_states_are_the_newest_of_the_partition(store: Store) -> None:
    store.insert("positions", [position()])
    store.insert("session_state", [state("a", 9, 1), state("b", 13, 1), state("c", 9, 1, partition=2)])
    store.insert("session_state", [state("a", 9, 2)])

    stored = list(store.states(position(version=1 << 50), 0))

    assert sorted(row.blob for row in stored) == [b"a2", b"b1"]
    assert msgspec.structs.replace(stored[0], blob=b"") == msgspec.structs.replace(
        state(stored[0].visitor, stored[0].key_hash, stored[0].version), blob=b""
    )


def test_states_of_other_logs_come_to_where_their_visitors_would_be_now(store: Store) -> None:
    store.insert("positions", [position()])
    store.insert("session_state", [state("a", 5, 1, log_id="old", partition=0), state("b", 6, 1, log_id="old")])

    assert [row.visitor for row in store.states(position(version=1 << 50), 0)] == ["a"]


def test_a_deleted_state_is_told_only_where_it_is_ahead_of_the_position_or_of_the_last_checkpoint(store: Store) -> None:
    store.insert("positions", [position()])
    deleted = [
        state("past", 1, 1, is_deleted=1),
        state("ahead", 1, 9, is_deleted=1),
        state("read further", 1, 1, is_deleted=1, next_offset=6),
        state("elsewhere", 1, 9, is_deleted=1, log_id="old"),
    ]
    store.insert("session_state", deleted)

    told = [row.visitor for row in store.states(position(version=1 << 50, next_offset=5), 5)]

    assert sorted(told) == ["ahead", "elsewhere", "read further"]


def test_unfinished_is_what_lies_past_a_position_and_was_not_written_again(store: Store) -> None:
    def session(id: str, version: int, partition: int = 1) -> SessionRow:
        return SessionRow(project="p", opened_on="2026-01-01", id=id, partition=partition, version=version, visitor="v")

    finding = FindingRow(
        project="p",
        opened_on="2026-01-01",
        session_id="new",
        id="f",
        partition=1,
        version=12,
        visitor="v",
        is_deleted=1,
    )
    store.insert("sessions", [session("old", 10), session("new", 12), session("other", 12, partition=2)])
    store.insert("sessions", [session("again", 12)])
    store.insert("sessions", [session("again", 21)])
    store.insert("findings", [finding])

    store.insert("believed", [BelievedRow(project="p", visitor="v", stands_for=version) for version in (3, 12, 12)])
    found = store.unfinished([Left(1, 8, 9), Left(1, 10, 20)])

    assert sorted((row.session_id, row.finding_id, row.visitor, row.version) for row in found) == [
        ("new", "", "v", 12),
        ("new", "f", "v", 12),
    ]
    assert {row.opened_on for row in found} == {"2026-01-01"}
    assert [(row.partition, sorted(row.believed)) for row in found] == [(1, [3, 12])] * 2
    assert store.unfinished([]) == []


def test_the_journey_is_the_one_saved_last(store: Store) -> None:
    assert store.journey() is None

    for version in ("one", "two", "one"):
        store.save_journey(version, f'{{"is": "{version}"}}')

    assert store.journey() == '{"is": "one"}'


@SAME_STORE
@given(text=st.text(), texts=st.lists(st.text()))
def test_any_text_is_a_value_and_never_sql(store: Store, text: str, texts: list[str]) -> None:
    question = "SELECT {one:String} AS one, {many:Array(String)} AS many"

    assert store.query(question, {"one": text, "many": texts}) == [{"one": text, "many": texts}]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO journeys (version) VALUES ('x')",
        "DROP TABLE journeys",
        "SELECT * FROM file('/etc/hostname', 'LineAsString')",
        "SET readonly = 0",
        "SELECT 1 SETTINGS max_execution_time = 0",
    ],
)
def test_a_question_can_neither_write_nor_read_files_nor_lift_its_limits(store: Store, sql: str) -> None:
    with pytest.raises(StoreRefused, match=r"readonly|READONLY"):
        store.query(sql)


def test_a_row_that_does_not_fit_is_refused_rather_than_retried(store: Store) -> None:
    with pytest.raises(StoreRefused, match="Could not write to events"):
        store.insert_lines("events", [b'{"occurred_ms": "yesterday"}'])


def test_threads_ask_and_write_at_once(store: Store) -> None:
    def write(number: int) -> None:
        store.insert("journeys", [ROWS["positions"]]) if number < 0 else store.save_journey(str(number), "{}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(24)))
        counts = list(threads.map(lambda _: store.query("SELECT count() AS n FROM journeys FINAL"), range(24)))

    assert counts == [[{"n": 24}]] * 24


def test_a_server_that_is_not_there_is_unavailable_and_named() -> None:
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:9: ClickHouse does not answer") as caught:
        Store.open("http://user:secret@127.0.0.1:9/x")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("dsn", ["", "desireline-data", "chdb://relative/folder", "postgres://host/db"])
def test_an_address_that_is_none_is_refused_with_what_to_write(dsn: str) -> None:
    with pytest.raises(StoreRefused, match="chdb:///absolute/folder"):
        Store.open(dsn)


def test_a_folder_held_by_another_process_is_refused_with_its_pid(tmp_path: Path) -> None:
    program = (
        "import sys; from services.edges.clickhouse import Store; "
        "held = Store.open(sys.argv[1]); print(1, flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, f"chdb://{tmp_path}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"1\n"

        with pytest.raises(StoreRefused, match=rf"in use by another process \(PID: {holder.pid}\)"):
            Store.open(f"chdb://{tmp_path}")

        holder.communicate(b"\n")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreUnavailable, match="Cannot write to the data folder"):
        Store.open(f"chdb://{tmp_path}/file/below")
