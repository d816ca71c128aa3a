"""A visitor at a glance, where a device is shared, friction was meant, or what was left was taken up again."""

from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.shop import DAY, fill, finding, session


def test_on_a_shared_device_each_has_their_own_sessions_and_the_last_known_has_the_others(
    store: Store, ask: Ask
) -> None:
    fill(store, [
        session("0 browse", id="hers", visitor="tablet", user="anna"),
        session(f"{DAY} browse", id="his", visitor="tablet", user="ben"),
        session(f"{2 * DAY} browse", id="unknown", visitor="tablet"),
    ])  # fmt: skip

    anna, ben, tablet = (ask(f"/v1/visitors/{one}") for one in ("anna", "ben", "tablet"))

    assert [one["id"] for one in anna["latest"]] == ["hers"]
    assert [one["id"] for one in ben["latest"]] == ["unknown", "his"]
    assert tablet == ben | {"id": "tablet"}


def test_friction_that_was_meant_is_told_apart_and_what_was_taken_up_again_is_none(store: Store, ask: Ask) -> None:
    left = session("0 browse, 60 checkout.payment", visitor="anna")
    back = session(f"{DAY} checkout.payment, {DAY + 60} bought", visitor="anna")
    fill(store, [left, back, session(f"{30 * DAY} browse")], [
        finding(left, "checkout_abandonment", "checkout.payment", 60),
        finding(left, "stage_stall", "checkout.payment", 61, intended=True),
        finding(back, "stage_stall", "checkout.payment", DAY + 9),
    ])  # fmt: skip

    (stall,) = ask("/v1/visitors/anna")["friction"]

    assert (stall["detector"], stall["findings"], stall["meant"], stall["sessions"]) == ("stage_stall", 1, 1, 2)
