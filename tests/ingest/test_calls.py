"""The calls of a request: read in one pass or one by one, they come to the same events and the same refusals."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.event import Event
from services.edges.batch_builder import Record
from services.ingest.calls import Calls, Refusals, take_or_refuse, without_half_letters
from services.ingest.dialects.around import Surroundings
from services.ingest.dialects.segment import Arrival, Batch, skew_of
from services.ingest.dialects.segment_plain import PlainBatch, contents_of, plain_batch, read_plain
from services.ingest.dialects.tracks import Tracks, columns_of, read_tracks
from services.ingest.guard import EVENT_BYTES
from services.ingest.line import records_of
from services.ingest.problem import Problem
from services.ingest.query_string import QueryStrings
from services.ingest.refusal import Reason, Refusal
from services.ingest.scrubbing import Scrubber
from services.ingest.sender import NOBODY, Sender

NOW = 1_793_620_800_000  # 2026-11-02T12:00Z
DAY = 24 * 3600 * 1000
SURROUNDINGS = Surroundings(lambda body, most=0: body)  # nothing is scrubbed

PLAIN = {
    "type": "track",
    "event": "Product Added",
    "anonymousId": "v",
    "messageId": "m",
    "timestamp": "2026-11-02T11:59:58.125Z",
    "properties": {"price": 9.5, "currency": "EUR"},
    "context": {"page": {"path": "/a", "search": "?b"}, "library": {"name": "analytics.js"}, "ip": "10.0.0.1"},
}


def body_of(*calls: Any, **head: Any) -> bytes:
    return msgspec.json.encode({"batch": calls, **head})


def arrival(**how: Any) -> Arrival:
    return Arrival(**{"project": "shop", "received_at": NOW, "new_id": lambda: "new", **how})


def sort(body: bytes, how: Arrival, kind: str = "") -> tuple[list[Record], Refusals]:
    lines, refused, _ = Calls(body, kind, SURROUNDINGS).sort(how)
    return records_of(lines), refused


def tracks_of(read: PlainBatch, skew: int, body: bytes) -> Tracks:
    return Tracks(read.batch, [skew] * len(read.batch), contents_of(read.batch), b"\\" in body)


def one_by_one(body: bytes, how: Arrival) -> tuple[list[Record], Refusals]:
    """As if no call were plain."""
    outcomes = [take_or_refuse(bytes(item), how) for item in msgspec.json.decode(body, type=Batch).batch]
    events = [(one.visitor.encode(), msgspec.json.encode(one)) for one in outcomes if isinstance(one, Event)]
    return events, [(index, one) for index, one in enumerate(outcomes) if isinstance(one, Refusal)]


texts = st.sampled_from(["", "a", "ä\\", "x" * 256, "x" * 257, "/p?q=1#f", "p" * 2049]) | st.text(max_size=5)
scalars = texts | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()
flat = st.dictionaries(texts, scalars, max_size=6)
nested = st.dictionaries(texts, scalars | flat | st.lists(flat, max_size=2), max_size=4)
places = st.sampled_from(["", "/a", "https://s.example/b?q", "https://[", "p" * 2048, "p" * 2049, None, 3])
pages = st.fixed_dictionaries({}, optional=dict.fromkeys(("path", "url", "referrer", "title", "search"), places))
contexts = st.fixed_dictionaries(
    {},
    optional={
        "page": pages | scalars,
        "library": nested,
        "os": flat,
        "traits": flat | scalars,
        "ip": scalars,
        "more": nested,
    },
)
times = st.sampled_from(
    [
        "2026-11-02T11:59:58.125Z",
        "2026-11-02T12:00:01",
        "2026-11-02T11:00:00",
        "2026-11-02T13:59:58.1259999+02:00",
        "2026-10-20T00:00:00Z",
        "2026-11-02T14:00:00Z",
        "1969-12-31T23:59:59.9995Z",
        "then",
        None,
    ]
)
kinds = st.sampled_from(["track", "page", "page", "screen", "identify", "group", "alias", "shout", None])
ids = st.sampled_from(["", "a", "x" * 256, "x" * 257, 17, None])
fields: dict[str, st.SearchStrategy[Any]] = {
    "type": kinds,
    **dict.fromkeys(("event", "name", "messageId", "anonymousId", "previousId", "groupId", "userId"), ids),
    **dict.fromkeys(("timestamp", "originalTimestamp", "sentAt"), times),
    "properties": flat | pages | nested | scalars,
    "traits": flat | nested | scalars,
    "context": st.fixed_dictionaries({"page": pages}) | contexts | scalars,
    "integrations": flat,
    "_metadata": flat | scalars,
    "unheard": nested,
}
changes = st.one_of([st.tuples(st.just(field), values) for field, values in fields.items()])
ordinary = st.fixed_dictionaries(
    {"type": kinds, "properties": pages, "context": st.fixed_dictionaries({"page": pages})}
)
known = st.fixed_dictionaries(
    {"type": st.just("identify"), "context": st.fixed_dictionaries({"traits": flat})}, optional={"traits": flat}
).map(lambda drawn: {**{key: PLAIN[key] for key in PLAIN if key != "properties"}, **drawn})
calls = known | st.tuples(ordinary, st.lists(changes, max_size=1)).map(
    lambda drawn: {**PLAIN, **drawn[0], **dict(drawn[1])}
)
"""Ordinary calls with one thing changed: where everything is drawn at random, nothing is plain any more."""


@settings(max_examples=600)
@given(
    batch=st.lists(calls, min_size=1, max_size=2),
    skew=st.sampled_from([0, 5, -DAY]),
    history=st.sampled_from([{}, {"historical": True}, {"historical": True, "watermark": 1000}]),
)
def test_reading_all_in_one_pass_and_one_by_one_comes_to_the_same(
    batch: list[Any], skew: int, history: dict[str, Any]
) -> None:
    body, how = body_of(*batch), arrival(skew=skew, **history)

    together = sort(body, how)

    assert together == one_by_one(body, how)


tracks = st.fixed_dictionaries(
    {"type": st.just("track"), "event": st.sampled_from(["a", "ä\\", "x" * 256])},
    optional={
        "anonymousId": st.sampled_from(["", "v", "ä", "a?b", 'a"b', "a\nb", "a#", "\x7f\u2028", None]),
        "userId": st.sampled_from(["", "u", "ö", "u\\", "u#", None]),
        "messageId": st.sampled_from(["m", "ü", "m?", None]),
        "properties": flat,
        "context": st.fixed_dictionaries({"page": pages}),
    },
)
bare = tracks | tracks.map(lambda drawn: {**PLAIN, **drawn})
changed = st.tuples(bare, st.lists(changes, max_size=1)).map(lambda drawn: {**drawn[0], **dict(drawn[1])})


@settings(max_examples=600)
@given(
    batch=st.lists(bare | changed, min_size=1, max_size=3),
    skew=st.sampled_from([0, 5, -DAY]),
    sender=st.sampled_from([NOBODY, Sender("", "Firefox")]),
)
def test_read_column_by_column_tracks_come_to_the_same(batch: list[Any], skew: int, sender: Sender) -> None:
    body, how = body_of(*batch), arrival(skew=skew, sender=sender)
    read = plain_batch(body)
    is_all_tracks = read is not None and {call.type for call in read.batch} == {"track"}

    columns = read_tracks(tracks_of(read, skew, body), how, SURROUNDINGS) if read and is_all_tracks else None

    if columns is not None:
        assert (columns.records, []) == one_by_one(body, how)
        assert columns == columns_of(Calls(body, "", SURROUNDINGS).sort(how).lines)


@pytest.mark.parametrize(
    "change",
    [
        *({}, {"userId": "u"}, {"anonymousId": None, "userId": "u"}, {"messageId": None}, {"context": {}}),
        *({"properties": {}}, {"originalTimestamp": "2026-11-02T13:59:58.125999999+02:00"}, {"anonymousId": "ä"}),
    ],
)
def test_an_ordinary_track_is_read_column_by_column(change: dict[str, Any]) -> None:
    body = body_of({**PLAIN, **change}, PLAIN)
    read = plain_batch(body)
    assert read is not None

    columns = read_tracks(tracks_of(read, 0, body), arrival(), SURROUNDINGS)

    assert columns is not None
    assert (columns.records, []) == one_by_one(body, arrival())


telling = st.sampled_from(
    [
        "jane@x.example",
        "a 4111 1111 1111 1111",
        4111111111111111,
        4111111111111112,
        "/a?email=jane%40x.example&page=2",
        "is it?",
        "https://s.example/?utm_source=a&gclid=b#token=c",
        "203.0.113.77",
        "x",
    ]
)
sensitive = st.fixed_dictionaries(
    {},
    optional={
        "type": kinds,
        "event": telling.filter(lambda drawn: isinstance(drawn, str)),
        "userId": telling,
        "properties": st.fixed_dictionaries({}, optional={"path": telling, "note": telling, "ip": telling}),
        "context": st.fixed_dictionaries(
            {},
            optional={
                "ip": telling,
                "page": st.fixed_dictionaries({}, optional=dict.fromkeys(("url", "referrer", "title"), telling)),
                "more": telling,
            },
        ),
    },
).map(lambda drawn: {**PLAIN, **drawn})


@settings(max_examples=150)
@given(batch=st.lists(sensitive, min_size=1, max_size=3))
def test_cleaned_where_it_is_read_or_as_a_whole_a_body_says_the_same(batch: list[Any]) -> None:
    scrub = Scrubber(QueryStrings())
    body = body_of(*batch)

    lines, refused, _ = Calls(body, "", Surroundings(scrub)).sort(arrival())

    assert (records_of(lines), refused) == one_by_one(scrub(body), arrival())
    assert scrub(scrub(body)) == scrub(body)


def test_a_client_may_indent_its_json() -> None:
    body = json.dumps({"batch": [PLAIN, PLAIN]}, indent=2).encode()

    together = sort(body, arrival())

    assert together == one_by_one(body, arrival())
    assert b"\n" in together[0][0][1]


@pytest.mark.parametrize("kind", ["track", "page", "screen", "identify", "alias"])
def test_an_ordinary_call_of_each_kind_is_plain(kind: str) -> None:
    content = {"traits": {"plan": "pro"}} if kind == "identify" else {"properties": {"path": "/b"}}
    call = {**{key: PLAIN[key] for key in PLAIN if key != "properties"}, "type": kind, "previousId": "w", **content}

    read = plain_batch(body_of(call))

    assert read is not None
    assert read_plain(read.batch, arrival(), SURROUNDINGS) != [None]


def test_what_ordinary_clients_send_is_read_in_one_pass() -> None:
    assert isinstance(
        Calls(body_of(*[PLAIN] * 3, sentAt="2026-11-02T12:00:00Z", writeKey="wk_x"), "", SURROUNDINGS).head, PlainBatch
    )
    assert isinstance(Calls(body_of(*[PLAIN] * 500), "", SURROUNDINGS).head, PlainBatch)


@pytest.mark.parametrize(
    "body",
    [
        # As recorded of analytics-python 2.4.0, rudder-sdk-python 2.1.9, analytics-node 3.1.0, rudder-sdk-node 3.0.13.
        b'{"batch": [{"integrations": {}, "anonymousId": null, "properties": {"url": "https://s.example/"}, '
        b'"timestamp": "2026-11-02T11:59:58.125+00:00", "context": {"library": {"name": "analytics-python"}}, '
        b'"userId": "u1", "category": "", "name": "Gifts", "type": "page", "messageId": "m"}], "sentAt": '
        b'"2026-11-02T11:59:59.766629+00:00", "writeKey": "wk_x"}',
        b'{"batch": [{"integrations": {"All": true}, "anonymousId": null, "properties": {"n": 0}, "timestamp": '
        b'"2026-11-02T11:59:58.189564+00:00", "context": {"library": {"name": "analytics-python"}}, "userId": "u1", '
        b'"type": "track", "event": "Bought", "messageId": "m", "channel": "server"}]}',
        b'{"batch":[{"userId":"u1","event":"Bought","properties":{"n":0},"integrations":{},"timestamp":'
        b'"2026-11-02T11:59:58.781Z","type":"track","context":{"library":{"name":"@segment/analytics-node","version":'
        b'"3.1.0"}},"_metadata":{"nodeVersion":"20.20.2","jsRuntime":"node"},"messageId":"m"}],"writeKey":"wk_x",'
        b'"sentAt":"2026-11-02T11:59:59.781Z"}',
        b'{"batch":[{"userId":"u1","event":"Bought","properties":{"n":0},"type":"track","context":{"library":{"name":'
        b'"analytics-node"}},"channel":"server","_metadata":{"nodeVersion":"20.20.2"},"originalTimestamp":'
        b'"2026-11-02T11:59:58.781Z","messageId":"m","sentAt":"2026-11-02T11:59:58.782Z"}],"timestamp":'
        b'"2026-11-02T11:59:59.782Z","sentAt":"2026-11-02T11:59:59.782Z"}',
    ],
    ids=["segment python", "rudder python", "segment node", "rudder node"],
)
def test_what_vendors_clients_send_is_plain(body: bytes) -> None:
    read = plain_batch(body)

    assert read is not None
    [line] = read_plain(read.batch, arrival(), SURROUNDINGS)
    assert line is not None


@pytest.mark.parametrize(
    "beyond",
    [
        {"context": {"library": {str(n): 1 for n in range(11)}}},
        {"properties": {str(n): 1 for n in range(41)}},
        {"properties": {"deep": {"deeper": 1}}},
        {"properties": {"k" * 129: 1}},
        {"properties": {"long": "x" * 8193}},
        {"properties": {}, "traits": {"long": "x" * 8193}},
        {"anonymousId": "v" * 257},
        {"unheard": 1},
    ],
)
def test_what_could_pass_a_limit_is_never_plain(beyond: dict[str, Any]) -> None:
    read = plain_batch(body_of({**PLAIN, **beyond}))

    assert read is None or read_plain(read.batch, arrival(), SURROUNDINGS) == [None]


def test_a_call_too_long_is_refused_though_its_shape_is_plain() -> None:
    padded = body_of(PLAIN, PLAIN).replace(b"EUR", b"EUR" + b" " * 8000).replace(b":{", b":" + b" " * 13_000 + b"{")

    taken, refused = sort(padded, arrival())

    assert len(padded) > 2 * EVENT_BYTES
    assert (taken, [(index, one.reason) for index, one in refused]) == ([], [(0, Reason.SIZE), (1, Reason.SIZE)])


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"1" + b"0" * 400 + b".5"])
@pytest.mark.parametrize("place", [b'"properties"', b'"context"', b'"unheard"'])
def test_a_number_that_nobody_can_hold_refuses_its_call_alone(number: bytes, place: bytes) -> None:
    bad = b'{"type":"track","event":"x","userId":"u",' + place + b':{"n":' + number + b"}}"
    body = b'{"batch":[' + msgspec.json.encode(PLAIN) + b"," + bad + b"]}"

    taken, refused = sort(body, arrival())

    assert (len(taken), [(index, one.reason) for index, one in refused]) == (1, [(1, Reason.SCHEMA)])
    assert "out of range" in refused[0][1].detail


def test_a_letter_cut_in_half_costs_that_letter_only() -> None:
    cut = rb'{"type":"track","event":"\ud83d","userId":"u","properties":{"q":"\ud83d\ude00 \\ud83d \ude00\ud83d"}}'
    body = b'{"batch":[' + msgspec.json.encode(PLAIN) + b"," + cut + b"]}"

    taken, refused = sort(body, arrival())

    assert refused == []
    event = msgspec.json.decode(taken[1][1], type=Event)
    assert event.name == "\ufffd"
    assert msgspec.json.decode(event.props) == {"q": "\U0001f600 \\ud83d \ufffd\ufffd"}


@given(st.text())
def test_whole_letters_stay_as_they_are(text: str) -> None:
    escaped = json.dumps(text).encode()

    assert without_half_letters(escaped) == escaped


def test_a_single_call_is_read_in_either_way_alike() -> None:
    body = msgspec.json.encode({key: PLAIN[key] for key in PLAIN if key != "type"})
    how = arrival(type="track", skew=skew_of(None, NOW))

    [(visitor, value)], refused = sort(body, how, "track")

    assert (visitor, refused) == (b"v", [])
    assert value == msgspec.json.encode(take_or_refuse(body, how))


def test_what_is_no_json_is_a_problem() -> None:
    with pytest.raises(Problem, match="malformed"):
        Calls(b'{"batch":[{"a":NaN}]}', "", SURROUNDINGS)
