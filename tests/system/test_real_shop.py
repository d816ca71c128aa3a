"""Three hours of a real shop, through the whole system, held against an oracle that was computed independently.

Where our definitions differ from the oracle's by design, the API's options give the oracle's, and this says how.
"""

import json
import statistics
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.shared_data import shared_data
from tests.system.installation import COMMAND, Installation, Project

BOUNDS = {"from": "2019-10-01T00:00:00Z", "to": "2019-10-02T00:00:00Z"}
EVENTS = 17_434


@pytest.fixture(scope="module")
def data() -> Path:
    return shared_data("rees46_2019oct_3h")


@pytest.fixture(scope="module")
def oracle(data: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((data / "oracle.json").read_text())
    return told


@pytest.fixture(scope="module")
def shop(installation: Installation, data: Path) -> Project:
    """A project with the shop's events in it, replayed as a user would."""
    project = installation.project()
    mapping = "visitor=visitor_id,time=ts_ms,event=event,value=price"
    command = ["replay", str(data / "events.csv.gz"), "--map", mapping, "--to", project.ingest, "--key"]
    said = subprocess.run(
        [COMMAND, *command, project.write_key],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "17,434" in said.stdout, said.stdout + said.stderr
    # The import's end is a record of its own, behind all events: once nothing is open, all are counted.
    project.ask_until(lambda answer: answer["total"] >= 4518, "/v1/sessions", limit=1, **BOUNDS)
    project.ask_until(is_closed, "/v1/funnel", **BOUNDS)
    return project


def is_closed(funnel: Any) -> bool:
    return not any(step["in_progress"] for step in funnel["steps"])


def entered(project: Project, steps: str, **options: str) -> list[int]:
    answer = project.ask("/v1/funnel", steps=steps, **{"same_second": "event_id", **BOUNDS, **options})
    return [step["entered"] for step in answer["steps"]]


def test_its_sessions_equal_the_oracle(shop: Project, oracle: dict[str, Any]) -> None:
    sessions = every_session(shop)

    counts = [session["events"] for session in sessions]
    seconds = [_seconds(session) for session in sessions]
    assert len(sessions) == oracle["sessions_30min_gap_gt"]
    assert sum(counts) == oracle["events"] == EVENTS
    assert counts.count(1) == oracle["single_event_sessions"]
    assert statistics.median(counts) == oracle["session_events_median"]
    assert max(counts) == oracle["session_events_max"]
    assert statistics.median(seconds) == oracle["session_seconds_median"]
    assert round(statistics.mean(seconds), 3) == oracle["session_seconds_mean"]
    assert max(seconds) == oracle["session_seconds_max"]
    assert len({session["visitor"] for session in sessions}) == oracle["visitors"]


def every_session(shop: Project) -> list[Any]:
    answer = shop.ask("/v1/sessions", limit=500, **BOUNDS)
    sessions: list[Any] = answer["sessions"]
    while answer["next_cursor"]:
        answer = shop.ask("/v1/sessions", limit=500, cursor=answer["next_cursor"])
        sessions += answer["sessions"]
    return sessions


def _seconds(session: Any) -> float:
    begin, end = (datetime.fromisoformat(session[key]) for key in ("started_at", "ended_at"))
    return (end - begin).total_seconds()


@pytest.mark.parametrize("steps", ["browse,cart,purchase", "browse,purchase"])
def test_its_funnels_equal_the_oracle(shop: Project, oracle: dict[str, Any], steps: str) -> None:
    expected = oracle["funnels"]["view_cart_purchase" if "cart" in steps else "view_purchase"]

    assert entered(shop, steps) == expected["per_session_ordered"]
    assert entered(shop, steps, unit="person") == expected["per_visitor_ordered"]
    assert entered(shop, steps, order="any") == expected["per_session_presence"]
    assert entered(shop, steps, unit="person", order="any") == expected["per_visitor_presence"]
    for window, key in (("1h", "1h"), ("24h", "24h"), ("7d", "7d")):
        assert entered(shop, steps, unit="person", window=window) == expected[f"per_visitor_window_{key}"]


def test_the_time_between_steps_equals_the_oracle(shop: Project, oracle: dict[str, Any]) -> None:
    answer = shop.ask("/v1/funnel", steps="browse,cart,purchase", same_second="event_id", **BOUNDS)

    medians = [step["seconds"]["median"] for step in answer["steps"] if step["seconds"]]
    assert medians == [
        step["median_s"] for step in oracle["funnels"]["view_cart_purchase"]["between_steps_per_session"]
    ]


def test_by_default_two_events_of_one_second_count_in_either_order(shop: Project, oracle: dict[str, Any]) -> None:
    # The shop's clock ticks in seconds. Its oracle orders equal times by place in the file, which is `event_id`
    # here, as a replayed row's id ends in its line number. By default we say that one second has no order.
    expected = oracle["funnels"]["view_purchase"]

    ours = entered(shop, "browse,purchase", same_second="either")

    assert expected["per_session_ordered"][1] <= ours[1] <= expected["per_session_presence"][1]


def test_replaying_the_file_again_changes_nothing(shop: Project, data: Path) -> None:
    before = every_session(shop)
    mapping = "visitor=visitor_id,time=ts_ms,event=event,value=price"
    command = ["replay", str(data / "events.csv.gz"), "--map", mapping, "--to", shop.ingest, "--key", shop.write_key]
    written = shop.ask("/v1/funnel", **BOUNDS)["written_at"]

    subprocess.run([COMMAND, *command], check=True, capture_output=True, timeout=120)
    shop.ask_until(lambda answer: answer["written_at"] > written and is_closed(answer), "/v1/funnel", **BOUNDS)

    assert every_session(shop) == before
