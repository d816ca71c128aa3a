"""From a number to the sessions behind it: each drill-down leads to just those counted."""

from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.shop import DAY, fill, finding, session, text

SPAN = {"from_": text(-DAY), "to": text(DAY)}


def test_a_pain_point_leads_to_the_sessions_it_counts_also_where_part_of_its_place_is_empty(
    store: Store, ask: Ask
) -> None:
    rows = [session("0 browse, 10 checkout, 20 checkout.payment") for _ in range(3)]
    early, late = rows[0], rows[-1]
    fill(store, rows, [
        finding(early, "slow_page", "", 0, page="/"),
        finding(early, "slow_page", "checkout", 12, page="/checkout"),
        finding(rows[1], "slow_page", "checkout.payment", 22, page="/checkout"),
        finding(late, "slow_page", "checkout.payment", 22, page="/checkout", element="#pay"),
        finding(late, "slow_page", "checkout.payment", 25),
    ])  # fmt: skip

    points = ask("/v1/pain-points", **SPAN)["pain_points"]

    assert len(points) == 5
    for point in points:
        place = {f"at_{name}": point[name] for name in ("stage", "step", "page", "element")}
        sessions = ask("/v1/pain-points/sessions", detector="slow_page", **place, **SPAN)
        findings = ask("/v1/pain-points/findings", detector="slow_page", **place, **SPAN)["findings"]
        assert [one["id"] for one in sessions["sessions"]] == point["examples"], place
        assert [one["session_id"] for one in findings] == point["examples"], place
    assert ask("/v1/pain-points/sessions", detector="slow_page", at_stage="checkout", **SPAN)["total"] == 3
