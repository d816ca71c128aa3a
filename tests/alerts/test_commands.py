"""`desireline alerts`: as users type it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from services.alerts.backtest import backtest
from services.alerts.board import StoreBoard, snoozed_until
from services.alerts.shown import show_backtest
from services.cli import app
from services.core.spikes.incident import Incident, Measured
from services.edges.clickhouse import Store
from services.edges.incidents import save_incidents, snoozed
from services.embedded.reach import store_of
from services.settings import Settings
from tests.installation import Installation
from tests.receiver import Receiver
from tests.stages.alerts.weeks import JOURNEY, NOW, Shop
from tests.stores import fresh_dsn


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().serving() as one:
        yield one


def run(*arguments: str, **environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["alerts", *arguments], env=environment)
    return result.exit_code, result.output


def test_a_test_message_arrives_and_says_so(receiver: Receiver) -> None:
    code, said = run(
        "test",
        DESIRELINE_RECEIVERS=json.dumps({"shop_team": receiver.url}),
        DESIRELINE_OUTGOING_ALLOWED="127.0.0.1",
    )

    assert (code, said) == (0, "shop_team: sent\n")
    [one] = receiver.received
    assert "incidents of the journey shop will be told here" in one.json["text"]


def test_a_test_message_to_inside_says_why_it_was_not_sent_and_never_the_address(receiver: Receiver) -> None:
    code, said = run("test", DESIRELINE_RECEIVERS=json.dumps({"shop_team": receiver.url.replace("http", "https")}))

    assert code == 1
    assert "127.0.0.1 leads to 127.0.0.1, which is private" in said
    assert "secret" not in said
    assert receiver.received == []


def test_a_receiver_without_an_address_is_named(tmp_path: Path) -> None:
    journey = tmp_path / "journey.yaml"
    document = JOURNEY.model_dump(by_alias=True, exclude_unset=True, mode="json")
    journey.write_text(json.dumps({**document, "alerts": {"receivers": [{"name": "shop_team"}]}}))

    code, said = run("test", "--journey", str(journey))

    assert code == 1
    assert "The receiver shop_team of the journey file has no address. Name it in DESIRELINE_RECEIVERS" in said


def test_without_receivers_it_says_what_to_do() -> None:
    code, said = run("test")

    assert code == 1
    assert "DESIRELINE_RECEIVERS" in said


def test_a_backtest_of_few_series_prints_the_table_of_all_rules() -> None:
    code, said = run("backtest", "--series", "25", COLUMNS="200")

    assert code == 0
    for rule in ("ours", "z-score > 3", "MAD > 3.5", "1.3 x same-weekday median", "who knows"):
        assert rule in said
    assert re.search(r"All of it: [01]\.\d\d of \d+ found, [01]\.\d\d by who knows \(aim 0\.9\)\.", said)
    assert "Where the usual rate is 20% and more: " in said
    assert re.search(r"Exactly one incident: [01]\.\d{3} \(\d+ of \d+\)\. Rightly named: ", said)


def test_a_backtest_of_history_tells_what_would_have_been_told(request: pytest.FixtureRequest) -> None:
    store = Store.open(fresh_dsn("chdb", request))
    shop = Shop(store)
    shop.visit()
    shop.stick("rage_click", 10)
    shop.stick("rage_click", 70, hours=3, until=NOW - 50)

    result = backtest(JOURNEY, store, "shop", seed=1)

    assert result is not None
    assert [firing.named.cell.detector for firing in result.firings] == ["rage_click"]
    assert result.firings[0].hour in {NOW - 52, NOW - 51}
    console = Console(record=True, width=200)
    show_backtest(result, console)
    said = console.export_text()
    for rule, told, false in (("ours", 1, result.shuffled), *result.peers):
        assert re.search(rf"{re.escape(rule)}\W+{told}\W+{false}\W", said), said
    assert min(false for _, _, false in result.peers) >= result.shuffled
    store.close()


def incident() -> Incident:
    named = Measured("rage_click", "checkout", "", NOW, 412, 156, 0.21, 0.03, "same_hour", 4, 1e-9)
    return Incident(id="i1", project="shop", named=named, cells=(named,), began=NOW, seen=NOW, judged=NOW, told=NOW)


def test_incidents_are_listed_and_snoozed_of_a_running_installation(tmp_path: Path) -> None:
    data = tmp_path / "data"
    asked = ("--project", "shop", "--data", str(data))
    with Installation(data):
        listed, unknown = run("list", *asked), run("snooze", "i1", *asked)
    with store_of(Settings(data_dir=data)) as store:
        save_incidents(store, [incident()], version=1)
    with Installation(data):
        snoozed_there = run("snooze", "i1", "--for", "2h", *asked)

    assert listed == (0, "No incidents.\n")
    assert unknown == (1, "shop has no incident i1: `desireline alerts list` shows which it has.\n")
    assert snoozed_there == (0, "Nothing is told of i1 for 2h.\n")


def test_what_is_snoozed_is_known(store: Store) -> None:
    board = StoreBoard(store)
    save_incidents(store, [incident()], version=1)

    board.snooze(snoozed_until("shop", "i1", 3600))

    assert [one.id for one in board.recent("shop", 0)] == ["i1"]
    assert snoozed(store, 1) == {"i1"}
