"""The event log: every session's way, readable by tools that read XES or CSV."""

import csv
import re
from io import StringIO
from xml.etree import ElementTree

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.api.event_log import HEAD, as_trace
from services.core.event import Event
from services.edges.clickhouse import Store
from tests.api.conftest import Client
from tests.api.said import say
from tests.api.shop import DAY, fill, moment, session, text

READ = {"Authorization": "Bearer rk_shop"}
SPAN = {"from": text(-DAY), "to": text(5 * DAY)}
XES = "{http://www.xes-standard.org/}"

# What the XML schema of IEEE Std 1849-2016 says of each element we write: what stands in it, in which order, and the
# form of its attributes' values. The decimal is easily got wrong: many tools write "1849-2016" and never look.
SOME = "(string |date |int |float |boolean |id |list )*"
WITHIN = {
    "log": f"(extension )*(global )*(classifier )*{SOME}(trace )*(event )*",
    "trace": f"{SOME}(event )*", "event": SOME, "global": SOME,
}  # fmt: skip
NC_NAME, KEY = r"[A-Za-z_][\w.-]*", r"[A-Za-z_:][\w.:-]*"
FORMS = {
    "log": {"xes.version": r"\d+(\.\d+)?", "xes.features": r"(\S+( \S+)*)?"},
    "extension": {"name": NC_NAME, "prefix": NC_NAME, "uri": r"https?://\S+"},
    "global": {"scope": "trace|event"},
    "classifier": {"name": NC_NAME, "keys": r"\S+( \S+)*"},
    "trace": {}, "event": {},
    "string": {"key": KEY, "value": "(?s:.*)"},
    "date": {"key": KEY, "value": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"},
    "boolean": {"key": KEY, "value": "true|false|1|0"},
}  # fmt: skip


def test_each_session_is_a_trace_of_its_places(store: Store, client: Client) -> None:
    fill(store, [
        session("0 browse, 9.5 checkout.payment, 20 bought", id="first", job="gift", visitor='<"v">\x00'),
        session(f"{3 * DAY} browse", id="later"),
        session("0 browse", id="theirs", project="other"),
    ])  # fmt: skip

    response = client.get("/v1/event-log", params=SPAN, headers=READ)

    assert response.headers["content-type"] == "application/xml"
    traces = ElementTree.fromstring(response.text).findall(f"{XES}trace")
    assert [told(trace)["concept:name"] for trace in traces] == ["first", "later"]
    assert (told(traces[0])["job"], told(traces[0])["visitor"], told(traces[0])["done"]) == ("gift", '<"v">', "true")
    events = [told(event) for event in traces[0].findall(f"{XES}event")]
    assert [event["concept:name"] for event in events] == ["browse", "checkout.payment", "bought"]
    assert events[1]["time:timestamp"] == "2026-01-01T00:00:09.500000Z"


@given(
    texts=st.tuples(*[st.text(st.characters(), max_size=12)] * 5), moments=st.lists(st.integers(0, 2**42), max_size=3)
)
def test_whatever_sessions_and_events_are_called_the_log_is_as_its_schema_says(
    texts: tuple[str, ...], moments: list[int]
) -> None:
    named = dict(zip(("id", "visitor", "user", "job"), texts, strict=False))
    row = {**named, "is_done": 0, "labels": [texts[4]] * len(moments), "moments": moments}

    log = ElementTree.fromstring(f"{HEAD}{as_trace(row)}</log>")

    for element in log.iter():
        name = element.tag.removeprefix(XES)
        children = "".join(f"{one.tag.removeprefix(XES)} " for one in element)
        assert re.fullmatch(WITHIN.get(name, ""), children), (name, children)
        assert element.attrib.keys() == FORMS[name].keys()
        for attribute, form in FORMS[name].items():
            assert re.fullmatch(form, element.attrib[attribute]), (name, attribute, element.attrib)


def test_no_two_attributes_of_a_trace_or_event_have_the_same_key(store: Store, client: Client) -> None:
    fill(store, [session("0 browse, 60 bought", job="gift")])

    log = ElementTree.fromstring(client.get("/v1/event-log", params=SPAN, headers=READ).text)

    for element in [*log.iter(f"{XES}trace"), *log.iter(f"{XES}event")]:
        keys = [one.attrib["key"] for one in element if "key" in one.attrib]
        assert len(keys) == len(set(keys))


def told(element: ElementTree.Element) -> dict[str, str]:
    return {one.attrib["key"]: one.attrib["value"] for one in element if "key" in one.attrib}


def test_as_csv_each_event_is_a_line_and_no_text_is_a_formula(store: Store, client: Client) -> None:
    rows = [session("0 browse, 60 bought", visitor="=1+1", job="gift")]
    fill(store, rows)
    say(store, rows, "@SUM(A1)", after_ms=1_000)

    response = client.get("/v1/event-log", params=SPAN | {"format": "csv", "of": "events"}, headers=READ)

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    (line,) = csv.DictReader(StringIO(response.text))
    assert (line["case"], line["activity"], line["visitor"], line["done"]) == (rows[0].id, "'@SUM(A1)", "'=1+1", "true")


def test_traces_come_by_when_they_began_and_say_whether_they_got_done(store: Store, client: Client) -> None:
    rows = [session("0-9 browse", id="z"), session("60 browse, 90 bought", id="a")]
    fill(store, rows)
    say(store, rows, "x")

    for of in ("places", "events"):
        log = ElementTree.fromstring(client.get("/v1/event-log", params=SPAN | {"of": of}, headers=READ).text)
        traces = [told(trace) for trace in log.iter(f"{XES}trace")]
        assert [(one["concept:name"], one["done"]) for one in traces] == [("z", "false"), ("a", "true")]


def test_a_log_of_pages_has_the_pages_that_were_seen(store: Store, client: Client) -> None:
    fill(store, [session("0-60 browse", visitor="anna")])
    seen = [("page", "/"), ("track", "/b"), ("page", "/"), ("screen", "/cart"), ("page", "")]
    acts = [
        Event(
            id=f"e{number}", project="shop", visitor="anna", type=kind, name="x", path=path,
            occurred_at=moment(number), received_at=moment(number),
        )
        for number, (kind, path) in enumerate(seen)
    ]  # fmt: skip
    store.insert_lines("events", [msgspec.json.encode(act) for act in acts])

    text = client.get("/v1/event-log", params=SPAN | {"of": "pages", "format": "csv"}, headers=READ).text

    assert [line["activity"] for line in csv.DictReader(StringIO(text))] == ["/", "/cart"]
