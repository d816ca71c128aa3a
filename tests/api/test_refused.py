"""What a project may see of what was refused of it."""

from services.core.refusal import Reason
from services.core.rows import RefusedRow, ReplayedRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.shop import DAY, moment, text

READ = {"Authorization": "Bearer rk_shop"}


def aside(number: int, reason: str = "clock", raw: bytes = b'{"type":"track"}', project: str = "shop") -> RefusedRow:
    return RefusedRow(
        log_id="log", partition=0, offset=number, project=project, reason=reason, detail=f"number {number}", raw=raw,
        refused_at=moment(number), size=len(raw),
    )  # fmt: skip


def test_refused_events_come_newest_first_with_their_reason_and_bytes(store: Store, ask: Ask) -> None:
    store.insert("refused_events", [aside(1), aside(2, "schema", b"\xff\x00"), aside(3, raw="é<b>".encode())])

    answer = ask("/v1/refused")

    assert [(one["detail"], one["raw"], one["encoding"]) for one in answer["refused"]] == [
        ("number 3", "é<b>", "utf-8"),
        ("number 2", "/wA=", "base64"),
        ("number 1", '{"type":"track"}', "utf-8"),
    ]
    assert [(one["reason"], one["events"]) for one in answer["reasons"]] == [("clock", 2), ("schema", 1)]
    assert answer["reasons"][0]["remedy"] == Reason.CLOCK.remedy


def test_written_twice_it_is_shown_and_counted_once(store: Store, ask: Ask) -> None:
    for _ in range(2):
        store.insert("refused_events", [aside(1)])

    answer = ask("/v1/refused")

    assert (len(answer["refused"]), answer["reasons"][0]["events"]) == (1, 1)


def test_written_again_months_later_it_is_shown_only_as_of_then(store: Store, ask: Ask) -> None:
    for day in (0, 40):
        row = aside(1)
        row.refused_at = moment(day * DAY)
        store.insert("refused_events", [row])

    first, later = ask("/v1/refused", to=text(DAY)), ask("/v1/refused", from_=text(39 * DAY))

    assert (first["refused"], first["reasons"]) == ([], [])
    assert (len(later["refused"]), later["reasons"][0]["events"]) == (1, 1)


def test_another_projects_and_nobodys_are_not_shown(store: Store, ask: Ask) -> None:
    store.insert("refused_events", [aside(1, project="other"), aside(2, project=""), aside(3)])

    assert [one["detail"] for one in ask("/v1/refused")["refused"]] == ["number 3"]


def test_by_reason_and_time_in_a_half_open_period(store: Store, ask: Ask) -> None:
    store.insert("refused_events", [aside(number, "clock" if number % 2 else "keys") for number in range(10)])

    answer = ask("/v1/refused", reason="clock", from_=text(3), to=text(7))

    assert [one["detail"] for one in answer["refused"]] == ["number 5", "number 3"]
    assert [(one["reason"], one["events"]) for one in answer["reasons"]] == [("clock", 2)]


def test_what_was_replayed_is_shown_only_when_asked_for(store: Store, ask: Ask) -> None:
    store.insert("refused_events", [aside(1), aside(2)])
    store.insert(
        "refused_replays", [ReplayedRow(log_id="log", partition=0, offset=1, project="shop", replayed_at=moment(9))]
    )

    left, everything = ask("/v1/refused"), ask("/v1/refused", replayed="true")

    assert [(one["detail"], one["replayed_at"]) for one in left["refused"]] == [("number 2", None)]
    assert [bool(one["replayed_at"]) for one in everything["refused"]] == [False, True]
    assert (left["reasons"][0]["events"], everything["reasons"][0]["events"]) == (1, 2)


def test_leafing_through_shows_each_once_though_new_ones_arrive(store: Store, client: Client) -> None:
    store.insert("refused_events", [aside(number) for number in range(20)])
    seen, url = [], "/v1/refused?limit=6"

    while url:
        page = client.get(url, headers=READ)
        assert page.status_code == 200, page.text
        seen += [one["detail"] for one in page.json()["refused"]]
        store.insert("refused_events", [aside(1_000 + len(seen))])
        url = page.headers.get("link", "").partition(">")[0].removeprefix("<")

    assert len(seen) == len(set(seen))
    assert {f"number {number}" for number in range(20)} <= set(seen)


def test_it_is_never_taken_for_a_page(store: Store, client: Client) -> None:
    store.insert("refused_events", [aside(1, raw=b"<script>alert(1)</script>")])

    response = client.get("/v1/refused", headers=READ)

    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_reason_that_is_none_is_a_mistake_with_its_place(client: Client) -> None:
    response = client.get("/v1/refused?reason=mood", headers=READ)

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/query/reason"
