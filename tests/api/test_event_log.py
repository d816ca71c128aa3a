"""The event log: every session's way, readable by tools that read XES or CSV."""

import csv
from io import StringIO
from xml.etree import ElementTree

from services.edges.clickhouse import Store
from tests.api.conftest import Client
from tests.api.said import say
from tests.api.shop import DAY, fill, session, text

READ = {"Authorization": "Bearer rk_shop"}
SPAN = {"from": text(-DAY), "to": text(5 * DAY)}
XES = "{http://www.xes-standard.org/}"


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
