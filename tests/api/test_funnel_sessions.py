"""From a number of a funnel to the sessions behind it."""

from itertools import product
from typing import Any

from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.shop import DAY, fill, session, text

FUNNEL = {"steps": "browse,basket"}


def ids(answer: Any) -> set[str]:
    return {one["id"] for one in answer["sessions"]}


def a_day() -> list[SessionRow]:
    return [
        session("0 browse, 5 basket", id="went_on", job="gift"),
        session("0 browse", id="left", job="gift"),
        session("0 browse", id="other_job"),
        session("0 browse", id="there", state="open"),
    ]


def test_the_sessions_of_each_cell_are_as_many_as_the_cell_counts(store: Store, ask: Ask) -> None:
    fill(store, a_day())

    first = ask("/v1/funnel", **FUNNEL)["steps"][0]
    cells = {
        fate: ask("/v1/funnel/sessions", step="browse", fate=fate, **FUNNEL)
        for fate in ("entered", "converted", "dropped", "in_progress")
    }

    assert {fate: cell["total"] for fate, cell in cells.items()} == {fate: first[fate] for fate in cells}
    assert ids(cells["converted"]) == {"went_on"}
    assert ids(cells["dropped"]) == {"left", "other_job"}
    assert ids(cells["in_progress"]) == {"there"}


def test_a_cell_of_a_breakdown_and_of_a_trend(store: Store, ask: Ask) -> None:
    fill(store, [*a_day(), session(f"{DAY} browse", id="next_day")])

    gift = ask("/v1/funnel/sessions", breakdown="job", value="gift", fate="dropped", **FUNNEL)
    day = ask("/v1/funnel/sessions", trend="day", value="2026-01-02", **FUNNEL)

    assert (ids(gift), ids(day)) == ({"left"}, {"next_day"})


def test_of_a_person_it_is_the_session_in_which_they_took_the_step(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse", id="came", visitor="a"), session(f"{DAY} basket", id="again", visitor="a")])

    for step, expected in (("browse", "came"), ("basket", "again")):
        answer = ask("/v1/funnel/sessions", unit="person", step=step, from_=text(0), to=text(60), **FUNNEL)
        assert ids(answer) == {expected}


def test_rules_choose_the_sessions_too_and_pages_show_each_once(store: Store, ask: Ask) -> None:
    ways = [f"{start} browse, {start + wait} basket" for start, wait in product(range(6), (5, 50))]
    fill(store, [session(way) for way in ways])
    asked = {"step": "basket", "step_windows": "basket:10s", "limit": 4, **FUNNEL}
    seen: list[str] = []
    page = ask("/v1/funnel/sessions", **asked)

    while page["next_cursor"]:
        seen += [one["id"] for one in page["sessions"]]
        page = ask("/v1/funnel/sessions", cursor=page["next_cursor"], **asked)

    seen += [one["id"] for one in page["sessions"]]
    assert (len(seen), len(set(seen)), page["total"]) == (6, 6, 6)


def test_a_step_the_funnel_does_not_have_is_pointed_at(store: Store, client: Client) -> None:
    fill(store, [])

    response = client.get(
        "/v1/funnel/sessions", params={"step": "bought", **FUNNEL}, headers={"Authorization": "Bearer rk_shop"}
    )

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/query/step")
