"""A session told in sentences."""

from typing import Any

import msgspec

from services.core.event import Event
from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.shop import DAY, fill, finding, moment, session
from tests.api.test_reason import GIFTS


def told(answer: Any, kind: str) -> list[str]:
    return [one["text"] for one in answer["story"] if one["kind"] == kind]


def a_visit(**given: object) -> SessionRow:
    """By newsletter to the gifts, to the payment, back to the basket, and away."""
    return session(
        "0-20 browse, 30 checkout.payment, 150 basket", path_event=["seen", "began", "back"],
        visitor="anna", job="gift", job_confidence=0.912, job_rules=["gift/1", "gift/when/1"], job_evidence=["asked"],
        job_changes=["unassigned", "put_it_right"], referrer_class="email", source="newsletter",
        campaign="spring", device="mobile", country="NO", entry_page="/gifts", exit_page="/basket", pages=4, events=9,
        journey_version=GIFTS.version, **given,
    )  # fmt: skip


def put(store: Store, row: SessionRow, *findings: Any) -> None:
    fill(store, [row], findings)
    store.save_journey(GIFTS.version, GIFTS.document())
    act = Event(
        id="began", project="shop", visitor="anna", type="track", name="Checkout Started", path="/checkout",
        occurred_at=moment(30), received_at=moment(30),
    )  # fmt: skip
    store.insert_lines("events", [msgspec.json.encode(act)])


def test_a_session_is_told_with_how_they_came_what_for_and_their_way(store: Store, ask: Ask) -> None:
    row = a_visit()
    put(store, row)

    answer = ask(f"/v1/sessions/{row.id}", tz="Europe/Oslo")

    assert told(answer, "came") == ["Came by email (newsletter, campaign spring) on a mobile device in NO, to /gifts."]
    assert told(answer, "job") == [
        "Came to get done gift: find something fitting, so that my friend feels seen (91% sure, since "
        "“Products Searched” where query contains “gift”; on “mobile”, between 18 and 22 o'clock). "
        "Before, it looked like put it right."
    ]
    assert told(answer, "stage") == [
        "Entered browse.",
        "Went on to checkout, payment with “Checkout Started” on /checkout, after 30 s in browse.",
        "Went back to basket, after 2 min in checkout, payment.",
    ]
    assert told(answer, "left") == ["Left from /basket after 2 min, 4 pages and 9 events, without finishing."]
    assert [one["at"] for one in answer["story"]][:2] == ["2026-01-01T01:00:00+01:00"] * 2
    assert [one["events"] for one in answer["story"] if one["kind"] == "job"] == [["asked"]]


def test_findings_are_told_in_the_words_of_their_detector_with_their_evidence(store: Store, ask: Ask) -> None:
    row = a_visit()
    rage = finding(
        row, "rage_click", "checkout.payment", 40, element="#coupon", page="/pay", cost_seconds=12.0, value=30.0,
        currency="EUR", cause="the button is dead", evidence=["c1", "c2"],
    )  # fmt: skip
    old = finding(row, "no_longer_known", "checkout.payment", 41, intended=True)
    put(store, row, rage, old)

    answer = ask(f"/v1/sessions/{row.id}")

    first, second = told(answer, "finding")
    assert first == (
        "Rage click at #coupon on /pay: the person believes a thing should react, it does not, and they hammer on it. "
        "It cost 12 s. At stake: 30.00 EUR. Likely cause: the button is dead."
    )
    assert second == "No longer known. This friction is meant: it serves the customer."
    assert [one["events"] for one in answer["story"] if one["kind"] == "finding"] == [["c1", "c2"], []]


def test_what_was_done_and_what_was_taken_back_are_told(store: Store, ask: Ask) -> None:
    left = a_visit(user="anna@x", id="left")
    bought = session(
        f"{DAY} checkout, {DAY + 60} bought", visitor="laptop", user="anna@x", id="bought", job="gift", value=59.9,
        currency="EUR", outcome_at=moment(DAY + 60), state="open",
    )  # fmt: skip
    put(store, left, finding(left, "checkout_abandonment", "checkout.payment", 150, job="gift"))
    store.insert("sessions", [bought])

    first, second = ask("/v1/sessions/left"), ask("/v1/sessions/bought")

    assert told(first, "taken_back") == [
        "Left without finishing (checkout abandonment), but came back and went on from there on 2026-01-02 at 00:01, "
        "in session bought."
    ]
    assert told(second, "outcome") == ["Got it done, worth 59.90 EUR."]
    assert told(second, "left") == ["Is still there: the session is open."]


def test_a_session_that_says_little_has_a_story_all_the_same(store: Store, ask: Ask) -> None:
    fill(store, [session("", id="quiet", ended_at=moment(0))])

    story = ask("/v1/sessions/quiet")["story"]

    assert [one["text"] for one in story] == [
        "Came.", "What they came to get done is not clear.", "Left after 0 s, 0 pages and 0 events, without finishing.",
    ]  # fmt: skip


def test_a_time_zone_that_is_not_known_is_pointed_at(store: Store, client: Client) -> None:
    fill(store, [session("0 browse", id="one")])

    response = client.get("/v1/sessions/one?tz=Europe/Atlantis", headers={"Authorization": "Bearer rk_shop"})

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/query/tz")


def test_text_is_found_in_names_pages_and_properties_however_json_spells_it(store: Store, ask: Ask) -> None:
    names = {"name": "Coupon Refused", "path": "/coupon", "props": "x"}
    fill(store, [session("0-9 browse", visitor=one) for one in (*names, "plain", "escaped", "quoted", "none")])
    said = {
        "props": b'{"element": "#COUPON"}', "plain": '{"q": "größe"}'.encode(),
        "escaped": b'{"q": "gr\\u00f6\\u00dfe"}',
        "quoted": b'{"q": "5\\" pipe"}',
    }  # fmt: skip
    acts = [
        Event(
            id=one, project="shop", visitor=one, type="track", name=names["name"] if one == "name" else "x",
            path="/coupon" if one == "path" else "/", occurred_at=moment(1), received_at=moment(1),
            props=msgspec.Raw(said.get(one, b"{}")),
        )
        for one in (*names, "plain", "escaped", "quoted", "none")
    ]  # fmt: skip
    store.insert_lines("events", [msgspec.json.encode(act) for act in acts])

    found = {
        text: {one["visitor"] for one in ask("/v1/sessions", text=text)["sessions"]}
        for text in ("coupon", "größe", '5" pipe', "nowhere", "%")
    }

    assert found == {
        "coupon": {"name", "path", "props"}, "größe": {"plain", "escaped"}, '5" pipe': {"quoted"}, "nowhere": set(),
        "%": set(),
    }  # fmt: skip
