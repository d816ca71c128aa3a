"""Live events in Segment's shape: what one customer does is what the API tells."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.system.installation import Installation, Project


def moment(seconds_ago: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat()


def track(event: str, seconds_ago: float, message: str, path: str = "", **properties: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "event": event,
        "anonymousId": "anna",
        "messageId": message,
        "timestamp": moment(seconds_ago),
        "context": {"page": {"path": path, "url": f"https://shop.example{path}"}},
        "properties": properties,
    }


def visit() -> list[dict[str, Any]]:
    clicks = [
        track("click", 20 - place / 2, f"click-{place}", "/checkout/payment", target="#pay") for place in range(4)
    ]
    return [
        track("view", 60, "view", "/gifts/42"),
        track("cart", 50, "cart", "/gifts/42", price=20, currency="USD"),
        track("checkout", 40, "checkout", "/checkout"),
        {**track("", 30, "page", "/checkout/payment"), "type": "page", "event": None},
        *clicks,
    ]


def test_a_visit_is_a_session_with_stage_job_and_findings_and_the_events_that_show_them(project: Project) -> None:
    assert project.send("/v1/batch", {"batch": visit()}).status_code == 200

    answer = project.ask_until(
        lambda answer: answer["sessions"] and answer["sessions"][0]["events"] == 8, "/v1/sessions"
    )
    session = project.ask(f"/v1/sessions/{answer['sessions'][0]['id']}")

    assert (session["visitor"], session["stage"], session["step"]) == ("anna", "checkout", "payment")
    assert (session["job"], session["job_rules"], session["job_evidence"]) == ("gift", ["gift/1"], ["view"])
    assert [run["stage"] for run in session["path"]] == ["browse", "cart", "checkout", "checkout"]
    (finding,) = session["findings"]
    assert (finding["detector"], finding["step"], finding["element"]) == ("rage_click", "payment", "#pay")
    assert finding["evidence"] == [f"click-{place}" for place in range(4)]
    assert [event["id"] for event in session["timeline"]] == [event["messageId"] for event in visit()]
    assert session["value"] == 20


def test_what_is_sent_twice_counts_once(project: Project) -> None:
    for _ in range(3):
        project.send("/v1/batch", {"batch": visit()})
    project.send("/v1/batch", {"batch": [track("view", 1, "last")]})

    answer = project.ask_until(
        lambda answer: answer["sessions"] and answer["sessions"][0]["events"] >= 9, "/v1/sessions"
    )

    assert [session["events"] for session in answer["sessions"]] == [9]


def test_an_open_session_is_in_progress_and_no_drop_off(project: Project) -> None:
    project.send("/v1/track", track("view", 5, "only"))

    answer = project.ask_until(lambda answer: answer["steps"][0]["entered"], "/v1/funnel")

    first = answer["steps"][0]
    assert (first["entered"], first["dropped"], first["in_progress"]) == (1, 0, 1)


def test_history_is_closed_when_its_import_ends(project: Project) -> None:
    batch = [{**track("checkout", 0, "old"), "timestamp": "2019-10-01T12:00:00Z"}]
    assert project.send("/v1/batch", {"batch": batch, "historical": True}).status_code == 200
    assert project.send("/v1/import/end", {}).status_code == 200
    bounds = {"from": "2019-10-01T00:00:00Z", "to": "2019-10-02T00:00:00Z"}

    answer = project.ask_until(
        lambda answer: answer["sessions"] and answer["sessions"][0]["state"] == "closed", "/v1/sessions", **bounds
    )

    session = project.ask(f"/v1/sessions/{answer['sessions'][0]['id']}")
    assert [finding["detector"] for finding in session["findings"]] == ["checkout_abandonment"]
    assert not session["late"]


def test_projects_do_not_see_each_other(installation: Installation, project: Project) -> None:
    other = installation.project()
    project.send("/v1/track", track("view", 5, "mine"))
    answer = project.ask_until(lambda answer: answer["sessions"], "/v1/sessions")

    assert other.ask("/v1/sessions")["total"] == 0
    theirs = httpx.get(
        f"{other.api}/v1/sessions/{answer['sessions'][0]['id']}",
        headers={"Authorization": f"Bearer {other.read_key}"},
        timeout=60,
    )
    assert theirs.status_code == 404


def test_bad_input_is_told_what_is_wrong_and_harms_nothing_else(project: Project) -> None:
    malformed = httpx.post(
        f"{project.ingest}/v1/batch", content=b'{"batch": [', auth=(project.write_key, ""), timeout=60
    )
    assert malformed.status_code == 400
    assert malformed.headers["content-type"].startswith("application/problem+json")
    assert "detail" in malformed.json()
    unknown = httpx.post(f"{project.ingest}/v1/track", json=track("view", 1, "x"), auth=("wk_nobody", ""), timeout=60)
    assert unknown.status_code == 401
    reading = httpx.get(
        f"{project.api}/v1/funnel", headers={"Authorization": f"Bearer {project.write_key}"}, timeout=60
    )
    assert reading.status_code in {401, 403}

    # One item without an id of anybody does not fail its batch.
    mixed = project.send("/v1/batch", {"batch": [{"type": "track", "event": "view"}, track("view", 1, "good")]})

    assert mixed.status_code == 200
    assert [refused["index"] for refused in mixed.json()["refused"]] == [0]
    assert project.ask_until(lambda answer: answer["sessions"], "/v1/sessions")["sessions"][0]["events"] == 1


def test_the_documentation_is_complete(project: Project) -> None:
    asking = httpx.get(f"{project.api}/openapi.json", timeout=60).json()
    sending = httpx.get(f"{project.ingest}/openapi.json", timeout=60).json()

    assert {"/v1/funnel", "/v1/sessions", "/v1/sessions/{id}", "/v1/pain-points"} <= set(asking["paths"])
    assert {"/v1/batch", "/v1/track", "/v1/page", "/v1/identify"} <= set(sending["paths"])
    assert json.dumps(asking).count("https://cdn.") == 0
