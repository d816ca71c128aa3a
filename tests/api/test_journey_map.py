"""The journey as a map: who comes where, how it goes there, and where it hurts."""

from typing import Any

from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.shop import DAY, fill, finding, session, text
from tests.api.test_scope import act

ALL_TIME = {"from_": text(-DAY), "to": text(DAY)}


def cell(answer: Any, row: str, stage: str, step: str = "") -> Any:
    (found,) = [one for one in answer["cells"] if (one["row"], one["stage"], one["step"]) == (row, stage, step)]
    return found


def test_a_cell_tells_who_came_how_it_went_and_how_long_they_stayed(store: Store, ask: Ask) -> None:
    fill(store, [
        session(
            "0 browse, 10 checkout, 20 checkout.payment, 50-60 browse, 70-95 checkout.payment", job="gift", pages=9
        ),
        session("0 checkout.payment, 40 bought", job="gift", pages=4),
        session("0 browse, 30 bought", job="gift", pages=2),
        session("0 checkout.payment", job="gift", state="open"),
        session("0-8 browse", job="replace"),
    ])  # fmt: skip

    answer = ask("/v1/journey-map", **ALL_TIME)

    assert answer["map_rows"] == [{"row": "gift", "sessions": 4}, {"row": "replace", "sessions": 1}]
    payment, checkout = cell(answer, "gift", "checkout", "payment"), cell(answer, "gift", "checkout")
    assert (payment["sessions"], payment["reach"]["share"], payment["entries"]) == (3, 0.75, 4 / 3)
    assert payment["success"]["share"] == 0.5  # one of two that are over
    assert payment["median_seconds"] == 40  # of 55, 40 and 0
    assert (payment["median_moves"], checkout["median_seconds"]) == (4, 40)
    assert cell(answer, "replace", "browse")["success"]["share"] == 0
    assert cell(answer, "replace", "browse")["relevance"] == "high"
    assert [(one["stage"], one["step"]) for one in answer["columns"]] == [
        ("browse", ""), ("basket", ""), ("checkout", ""), ("checkout", "address"), ("checkout", "payment"),
        ("bought", ""),
    ]  # fmt: skip


def test_cells_come_as_the_map_is_read_the_largest_row_first_and_in_the_order_of_the_journey(
    store: Store, ask: Ask
) -> None:
    rows = [session("0 browse, 10 basket, 20 checkout.payment, 30 bought", job="replace") for _ in range(2)]
    fill(store, [*rows, session("0 browse, 10 checkout", job="gift")])

    cells = ask("/v1/journey-map", **ALL_TIME)["cells"]

    assert [(one["row"], one["stage"], one["step"]) for one in cells] == [
        ("replace", "browse", ""), ("replace", "basket", ""), ("replace", "checkout", ""),
        ("replace", "checkout", "payment"), ("replace", "bought", ""), ("gift", "browse", ""), ("gift", "checkout", ""),
    ]  # fmt: skip


def test_friction_heats_the_cell_where_it_was_met_and_marks_the_column(store: Store, ask: Ask) -> None:
    rows = [session("0 browse, 9 checkout.payment", job="gift") for _ in range(4)]
    where = {"page": "/pay", "element": "#coupon"}
    rages = [finding(row, "rage_click", "checkout.payment", 10, **where) for row in (rows[0], rows[0], rows[1])]
    fill(store, rows, [*rages, finding(rows[2], "stage_stall", "checkout.payment", 20, intended=True)])

    answer = ask("/v1/journey-map", **ALL_TIME)

    for step in ("", "payment"):
        hot = cell(answer, "gift", "checkout", step)
        assert (hot["friction"]["share"], hot["findings"]) == (0.5, 3)
    assert cell(answer, "gift", "browse")["findings"] == 0
    marks = {
        (one["stage"], one["step"]): [(mark["detector"], mark["page"], mark["element"]) for mark in one["pain_points"]]
        for one in answer["columns"]
    }
    assert marks["checkout", "payment"] == marks["checkout", ""] == [("rage_click", "/pay", "#coupon")]
    assert marks["browse", ""] == marks["checkout", "address"] == []


def test_the_rows_may_be_devices(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse", device="mobile"), session("0 browse, 9 basket", device="desktop")])

    answer = ask("/v1/journey-map", by="device", **ALL_TIME)

    assert {one["row"] for one in answer["map_rows"]} == {"mobile", "desktop"}
    assert cell(answer, "desktop", "basket")["reach"]["share"] == 1.0


def test_the_rows_may_be_segments_by_what_each_visitor_was_last_said_to_be_of(store: Store, ask: Ask) -> None:
    fill(store, [session("0-100 browse", visitor=name) for name in ("anna", "ben", "carl")])
    store.insert_lines(
        "events",
        [
            act("anna", 1, {}, traits={"segment": "silver"}),
            act("anna", 9, {"segment": "gold"}, type="identify"),
            act("ben", 1, {}, traits={"segment": "silver"}),
            act("ben", 500, {}, traits={"segment": "gold"}),  # after the session
        ],
    )

    answer = ask("/v1/journey-map", by="segment", **ALL_TIME)

    assert {one["row"]: one["sessions"] for one in answer["map_rows"]} == {"": 1, "gold": 1, "silver": 1}
    assert cell(answer, "gold", "browse")["reach"]["share"] == 1.0


def test_of_very_many_values_the_most_frequent_have_a_row(store: Store, ask: Ask) -> None:
    often = [session("0 browse", campaign=f"c{n:04}") for n in range(1_100) for _ in range(1 + (n >= 100))]
    fill(store, often)

    answer = ask("/v1/journey-map", by="campaign", **ALL_TIME)

    assert {one["row"] for one in answer["map_rows"]} == {f"c{n:04}" for n in range(100, 1_100)}
    assert {one["row"] for one in answer["cells"]} == {f"c{n:04}" for n in range(100, 1_100)}
