"""PostHog's dialect: what its clients send becomes calls, and so events."""

import base64
import gzip
import json
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.event import Event
from services.ingest.calls import Calls, Refusals
from services.ingest.dialects.around import Surroundings
from services.ingest.dialects.posthog import as_batch, call_of, is_posthog
from services.ingest.dialects.segment import Arrival, read, skew_of
from services.ingest.problem import Problem
from services.ingest.refusal import Reason, Refusal

NOON = 1_793_620_800_000  # 2026-11-02T12:00Z
MINUTE = 60_000
SURROUNDINGS = Surroundings(lambda body, most=0: body)  # nothing is scrubbed

CHAIN = (
    'button.primary:attr__class="primary"attr__id="pay"attr__role="link"nth-child="1"text="Pay";'
    'div:attr__id="around"nth-child="2"'
)

# As posthog-js 1.449 sends a page view (shortened), in a request of its own.
PAGE_VIEW: dict[str, Any] = {
    "uuid": "0199-view",
    "event": "$pageview",
    "properties": {
        "$current_url": "https://shop.example/gifts?utm_source=mail",
        "$host": "shop.example",
        "$pathname": "/gifts",
        "$referrer": "$direct",
        "title": "Gifts",
        "$lib": "web",
        "$lib_version": "1.449.2",
        "$device_id": "device",
        "$is_identified": False,
        "distinct_id": "device",
        "utm_source": "mail",
        "token": "wk_x",
    },
    "offset": 1500,
}


def arrival(**how: Any) -> Arrival:
    return Arrival(**{"project": "shop", "received_at": NOON, "new_id": lambda: "new", **how})


def event(name: str, props: dict[str, Any] | None = None, **item: Any) -> Event:
    call = call_of({"event": name, "distinct_id": "v", "properties": props or {}, **item})
    outcome = read(msgspec.json.encode(call), arrival())
    assert isinstance(outcome, Event), outcome
    return outcome


def props_of(taken: Event) -> dict[str, Any]:
    return dict(msgspec.json.decode(taken.props))


def batch_of(body: bytes, **query: str) -> dict[str, Any]:
    return dict(msgspec.json.decode(as_batch(body, query)))


def sorted_out(body: bytes) -> tuple[list[Event], Refusals]:
    lines, refused, _ = Calls(body, "", SURROUNDINGS).sort(arrival())
    return [line.event for line in lines], refused


def test_a_page_view_is_a_page_with_all_that_it_says() -> None:
    taken, refused = sorted_out(as_batch(json.dumps(PAGE_VIEW).encode(), {}))

    assert refused == []
    [page] = taken
    assert (page.id, page.type, page.visitor, page.user) == ("0199-view", "page", "device", "")
    assert (page.path, page.url, page.title) == ("/gifts", "https://shop.example/gifts?utm_source=mail", "Gifts")
    assert page.referrer == ""
    assert page.occurred_at == NOON - 1500
    context = msgspec.json.decode(page.context)
    assert (context["library"], context["campaign"]) == ({"name": "web", "version": "1.449.2"}, {"source": "mail"})


@pytest.mark.parametrize(
    "spelled",
    [
        lambda text: text,
        lambda text: base64.b64encode(text),
        lambda text: b"data=" + quote(text).encode(),
        lambda text: b"data=" + quote(base64.b64encode(text)).encode(),
        lambda text: b"data=" + quote(base64.b64encode(gzip.compress(text))).encode(),
    ],
    ids=["JSON", "Base64", "form", "form with Base64", "form with Base64 of gzip"],
)
def test_a_body_is_read_in_every_spelling(spelled: Any) -> None:
    read_back = batch_of(spelled(json.dumps(PAGE_VIEW).encode()))

    assert (read_back["writeKey"], len(read_back["batch"])) == ("wk_x", 1)


@pytest.mark.parametrize(
    ("content", "query"),
    [
        ({"api_key": "k", "batch": [PAGE_VIEW]}, {}),
        ({"token": "k", **PAGE_VIEW}, {}),
        ({"batch": [PAGE_VIEW]}, {"token": "k"}),
        ([{**PAGE_VIEW, "properties": {"token": "k"}}], {}),
        ([{**PAGE_VIEW, "api_key": "k"}], {}),
    ],
)
def test_the_key_is_found_where_clients_of_any_age_write_it(content: Any, query: dict[str, str]) -> None:
    assert batch_of(json.dumps(content).encode(), **query)["writeKey"] == "k"


@pytest.mark.parametrize("body", [b"", b"{", b"data=", b"data=%7B", b"%%%", b"\xff", b"[" * 10_000])
def test_a_body_that_is_none_of_it_is_a_problem(body: bytes) -> None:
    with pytest.raises(Problem):
        as_batch(body, {})


@pytest.mark.parametrize(
    ("item", "visitor", "user"),
    [
        ({"distinct_id": "u"}, "u", "u"),
        ({"distinct_id": "u", "properties": {"$process_person_profile": False}}, "u", ""),
        ({"distinct_id": "a", "properties": {"$device_id": "a"}}, "a", ""),
        ({"distinct_id": "u", "properties": {"$device_id": "a", "$is_identified": True}}, "a", "u"),
        ({"distinct_id": "b", "properties": {"$device_id": "a", "$is_identified": False}}, "b", ""),
        ({"event": "$identify", "distinct_id": "u", "properties": {"$anon_distinct_id": "a"}}, "a", "u"),
        ({"distinct_id": "", "properties": {"distinct_id": "u"}}, "u", "u"),
        ({"event": "$create_alias", "properties": {"distinct_id": "a", "alias": "u"}}, "a", "u"),
    ],
)
def test_the_visitor_stays_the_same_when_the_person_becomes_known(item: Any, visitor: str, user: str) -> None:
    taken = event(**{"name": item.pop("event", "x"), "props": item.pop("properties", {}), **item})

    assert (taken.visitor, taken.user) == (visitor, user)


def test_what_is_known_of_a_person_are_traits_wherever_it_is_written() -> None:
    within = event("$identify", {"$set": {"plan": "pro"}, "$set_once": {"plan": "free", "via": "mail"}})
    beside = event("$set", {}, **{"$set": {"plan": "pro"}})
    group = event("$groupidentify", {"$group_type": "firm", "$group_key": "g", "$group_set": {"size": 3}})

    assert (within.type, props_of(within)) == ("identify", {"plan": "pro", "via": "mail"})
    assert (beside.type, props_of(beside)) == ("identify", {"plan": "pro"})
    assert (group.type, props_of(group)) == ("group", {"groupId": "g", "traits": {"size": 3}})


def test_a_screen_has_its_name() -> None:
    taken = event("$screen", {"$screen_name": "Cart"})

    assert (taken.type, taken.title) == ("screen", "Cart")


@pytest.mark.parametrize(
    "elements",
    [
        {"$elements_chain": CHAIN},
        {"$elements": [{"tag_name": "button", "attr__id": "pay", "attr__role": "link"}, {"tag_name": "div"}]},
    ],
)
@pytest.mark.parametrize(("theirs", "ours"), [("$autocapture", "click"), ("$dead_click", "dead_click")])
def test_a_click_says_in_our_words_what_was_clicked(elements: dict[str, Any], theirs: str, ours: str) -> None:
    taken = event(theirs, {"$event_type": "click", "$el_text": "Pay", **elements})

    props = props_of(taken)
    assert (taken.type, taken.name) == ("track", ours)
    assert (props["target"], props["role"], props["text"]) == ("#pay", "link", "Pay")


def test_an_element_without_an_id_is_named_by_its_tag_and_classes() -> None:
    props = props_of(event("$autocapture", {"$event_type": "touch", "$elements_chain": 'a.buy.big:href="/x"'}))

    assert (props["target"], props["role"]) == ("a.buy.big", "a")


@pytest.mark.parametrize("name", ["$rageclick", "$pageleave", "$feature_flag_called", "Bought"])
def test_any_other_event_keeps_its_name_and_its_properties(name: str) -> None:
    taken = event(name, {"n": 1})

    assert (taken.type, taken.name, props_of(taken)) == ("track", name, {"n": 1})


def test_a_change_of_a_field_is_no_click() -> None:
    assert event("$autocapture", {"$event_type": "change", "$elements_chain": CHAIN}).name == "$autocapture"


def test_web_vitals_are_measurements_without_the_entries_behind_them() -> None:
    entry = {"name": "LCP", "value": 4200.5, "entries": [{"deep": {"deeper": 1}}]}

    taken = event("$web_vitals", {"$web_vitals_LCP_value": 4200.5, "$web_vitals_LCP_event": entry, "$host": "s"})

    assert (taken.name, props_of(taken)) == ("web_vitals", {"lcp_ms": 4200.5, "$host": "s"})


def test_an_exception_is_an_error_with_its_message_and_without_its_stacks() -> None:
    frames = [{"filename": "https://cdn.example/lib.js"}, {"filename": "https://shop.example/app.js", "lineno": 7}]
    error = {
        "type": "TypeError",
        "value": "x is not a function",
        "mechanism": {"handled": False, "type": "generic"},
        "stacktrace": {"type": "raw", "frames": frames},
    }

    taken = event("$exception", {"$exception_list": [error, {"value": "cause"}], "$host": "shop.example"})

    assert taken.name == "error"
    assert props_of(taken) == {
        "message": "x is not a function",
        "handled": False,
        "source": "/app.js",
        "kind": "TypeError",
        "$host": "shop.example",
    }


@pytest.mark.parametrize("listed", [None, [], [3], {}, [{"mechanism": 3, "stacktrace": {"frames": [1]}}]])
def test_an_exception_of_any_shape_is_still_an_error(listed: Any) -> None:
    assert event("$exception", {"$exception_list": listed, "$exception_message": "m"}).name == "error"


def test_the_clients_clock_is_corrected_by_when_it_sent() -> None:
    item = {"event": "x", "distinct_id": "v", "timestamp": "2020-01-01T00:00:00Z"}
    sent = {"api_key": "k", "batch": [item], "sent_at": "2020-01-01T00:01:00Z"}

    for body, query in ((sent, {}), ([item], {"_": "1577836860000"})):
        calls = Calls(as_batch(json.dumps(body).encode(), query), "", SURROUNDINGS)
        [taken], _, _ = calls.sort(arrival(skew=skew_of(calls.head.sent_at, NOON)))
        assert taken.event.occurred_at == NOON - MINUTE


def test_a_migration_is_history() -> None:
    assert batch_of(b'{"api_key":"k","historical_migration":true,"batch":[]}')["historical"] is True
    assert batch_of(b'{"api_key":"k","historical_migration":false,"batch":[]}')["historical"] is False


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (3, Reason.SCHEMA),
        ({"event": "x", "distinct_id": "v", "properties": [1]}, Reason.SCHEMA),
        ({"event": "x", "distinct_id": "v", "timestamp": "then"}, Reason.SCHEMA),
        ({"event": "x", "properties": {}}, Reason.VISITOR),
        ({"distinct_id": "v", "properties": {}}, Reason.NAME),
    ],
)
def test_an_event_that_cannot_be_read_is_refused_alone(item: Any, reason: Reason) -> None:
    body = json.dumps({"api_key": "k", "batch": [item, PAGE_VIEW]}).encode()

    taken, refused = sorted_out(as_batch(body, {}))

    assert (len(taken), [(index, one.reason) for index, one in refused]) == (1, [(0, reason)])


def test_a_batch_tells_whose_it_is() -> None:
    assert is_posthog(b'{"api_key":"k","batch":[]}')
    assert is_posthog(b"data=abc")
    assert not is_posthog(b'{"writeKey":"k","batch":[{"properties":{"api_key":"x"}}]}')
    assert not is_posthog(b"{")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
names = ["$pageview", "$autocapture", "$exception", "$web_vitals", "$identify", "$create_alias", "$screen", "x"]
parts = [
    *("$event_type", "$elements", "$elements_chain", "$exception_list", "$set", "$device_id", "$current_url", "$host"),
    *("$web_vitals_LCP_value", "$group_set", "$referrer", "distinct_id", "$is_identified"),
]


@given(
    st.fixed_dictionaries(
        {"event": st.sampled_from(names) | json_values},
        optional={
            "distinct_id": json_values,
            "timestamp": json_values,
            "offset": json_values,
            "$set": json_values,
            "properties": st.dictionaries(st.sampled_from(parts), json_values | st.just("click"), max_size=5),
        },
    )
)
def test_whatever_an_event_holds_it_is_taken_or_refused(item: Any) -> None:
    body = msgspec.json.encode({"api_key": "k", "batch": [item]})

    outcomes = [read(bytes(one), arrival()) for one in Calls(as_batch(body, {}), "", SURROUNDINGS).items]

    assert [isinstance(one, Event | Refusal) for one in outcomes] == [True]
