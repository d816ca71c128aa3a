"""`desireline replay`: a recorded file through the whole way, and the real shop's file against its oracle."""

import json
import os
from pathlib import Path

import pytest

from tests.installation import Installation, desireline

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("DESIRELINE_SHARED") or ROOT.parent / "shared")
REES46 = SHARED / "data" / "rees46_2019oct_3h"

JOURNEY = """
journey: views
stages:
  - {name: browse, role: browse, enter: {event: view}}
  - {name: cart, role: basket, enter: {event: cart}}
  - {name: purchase, role: done, enter: {event: purchase}}
"""
MAP = "visitor=visitor_id,time=ts_ms,event=event,value=price"


@pytest.fixture
def journey(tmp_path: Path) -> Path:
    path = tmp_path / "journey.yaml"
    path.write_text(JOURNEY)
    return path


def test_a_file_with_broken_lines_is_replayed_without_them_and_they_are_named(tmp_path: Path, journey: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(
        "visitor_id,ts_ms,event,price\n"
        "ann,1569888000000,view,10\n"
        "ann,soon,view,10\n"
        "bob,1569888001000\n"
        ",1569888002000,view,10\n"
        "ann,1569888060000,cart,10\n"
        "bob,1569888003000,view,10\n"
    )

    done = desireline("replay", file, "--journey", journey, "--map", MAP, "--data", tmp_path / "data", "--port", 0)

    assert done.returncode == 0, done.stderr
    assert "3 left out: 3 lines that are no events, 0 events refused." in done.stdout
    assert "line 3: time 'soon' is neither RFC 3339 nor a Unix number" in done.stdout
    assert "line 4: 2 cells where the header names 4" in done.stdout
    assert "line 5: no visitor" in done.stdout
    assert "2 sessions." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.csv", "--map", MAP], "nowhere.csv: No such file or directory"),
        (["events.csv", "--map", "visitor=a"], "--map: time, event missing"),
        (["events.csv", "--map", MAP, "--time-unit", "h"], "--time-unit: 'h' is none of s, ms, us, ns"),
        (["events.csv", "--map", MAP, "--journey", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (
            ["events.csv", "--map", MAP, "--journey", "space"],
            "no ready-made journey 'space'; there are bookings, public_service, saas, shop",
        ),
        (["events.csv", "--map", MAP, "--to", "http://127.0.0.1:1"], "--to needs --key"),
        (["events.csv", "--map", "visitor=who,time=ts_ms,event=event"], "the file has no column 'who'"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "events.csv").write_text("visitor_id,ts_ms,event,price\n")
    file, *options = arguments

    done = desireline("replay", tmp_path / file, *options, DESIRELINE_DATA_DIR=str(tmp_path / "data"))

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not REES46.exists(), reason=f"the recorded shop is not at {REES46} (DESIRELINE_SHARED names it)")
def test_the_recorded_shop_gives_the_sessions_and_the_funnel_of_its_oracle(tmp_path: Path, journey: Path) -> None:
    oracle = json.loads((REES46 / "oracle.json").read_text())
    file = REES46 / "events.csv.gz"

    with Installation(tmp_path / "data", str(journey)) as installation:
        key = desireline("keys", "create", "write", "--historical", "--data", installation.data).stdout.strip()
        for _ in range(2):  # the second time changes nothing
            done = desireline("replay", file, "--map", MAP, "--to", installation.url, "--key", key)
            assert done.returncode == 0, done.stderr
            assert "17,434 events" in done.stdout
            sessions = installation.ask("/v1/sessions", limit="1")["total"]
            # The oracle breaks ties of its one-second clock by the order of the file; we allow both by default.
            funnel = installation.ask("/v1/funnel", same_second="event_id")["steps"]
            persons = installation.ask("/v1/funnel", same_second="event_id", unit="person")["steps"]
            presence = installation.ask("/v1/funnel", order="any", steps="browse,purchase")["steps"]

            assert sessions == oracle["sessions_30min_gap_gt"]
            cart, direct = oracle["funnels"]["view_cart_purchase"], oracle["funnels"]["view_purchase"]
            assert [step["entered"] for step in funnel] == cart["per_session_ordered"]
            assert [step["entered"] for step in persons] == cart["per_visitor_ordered"]
            assert [step["entered"] for step in presence] == direct["per_session_presence"]
            assert [step["seconds"]["median"] for step in funnel[:-1]] == [
                between["median_s"] for between in cart["between_steps_per_session"]
            ]


def test_history_is_only_taken_with_a_key_that_may_send_it(tmp_path: Path, journey: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text('{"visitor_id":"ann","ts_ms":1569888000000,"event":"view"}\n')

    with Installation(tmp_path / "data", str(journey)) as installation:
        key = installation.keys["write"]
        done = desireline("replay", file, "--map", MAP, "--to", installation.url, "--key", key)

    assert done.returncode == 1
    assert "was refused with 403" in done.stderr
