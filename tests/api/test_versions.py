"""Versions of the journey, held against each other."""

from services.core.journey import read_journey
from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.shop import DAY, JOURNEY, fill, session, text

ALL_TIME = {"from_": text(-DAY), "to": text(60 * DAY)}


def test_each_version_is_told_by_what_it_made_of_its_sessions(store: Store, ask: Ask) -> None:
    stages = [{"name": "browse", "enter": {"event": "x"}}, {"name": "wishlist", "enter": {"event": "y"}}]
    older = read_journey({"journey": "shop", "stages": stages})
    store.save_journey(older.version, older.document())
    fill(store, [
        session("0 browse", journey_version=older.version),
        session("9 browse, 20 wishlist", journey_version=older.version, job="gift"),
        session(f"{DAY} browse, {DAY + 9} browse, {DAY + 20} bought", journey_version=JOURNEY.version, job="gift"),
        session("0 browse", journey_version="secret", project="other"),
    ])  # fmt: skip

    newest, first = ask("/v1/versions", **ALL_TIME)["versions"]

    assert (newest["version"], newest["sessions"], newest["done"]["share"]) == (JOURNEY.version, 1, 1.0)
    assert [(one["name"], one["sessions"]) for one in newest["stages"]] == [("bought", 1), ("browse", 1)]
    assert newest["changes"]["stages_added"] == ["basket", "checkout", "bought"]
    assert newest["changes"]["stages_removed"] == ["wishlist"]
    assert (first["sessions"], first["assigned"]["share"], first["changes"]) == (2, 0.5, None)


def test_what_most_sessions_had_comes_first_and_the_first_and_last_session_are_told(store: Store, ask: Ask) -> None:
    ways = ["0 basket, 5 browse", "60 browse", f"{DAY} browse, {DAY + 9} bought"]
    fill(store, [
        session(way, journey_version=JOURNEY.version, job=job)
        for way, job in zip(ways, ["gift", "lend", "lend"], strict=True)
    ])  # fmt: skip

    (one,) = ask("/v1/versions", **ALL_TIME)["versions"]

    assert [stage["name"] for stage in one["stages"]] == ["browse", "basket", "bought"]
    assert [job["name"] for job in one["jobs"]] == ["lend", "gift"]
    assert (one["first_at"], one["last_at"]) == ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")


def test_a_version_that_is_not_stored_is_told_without_changes(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse", journey_version="gone"), session("5 browse", journey_version=JOURNEY.version)])

    assert [one["changes"] for one in ask("/v1/versions", **ALL_TIME)["versions"]] == [None, None]


def test_jobs_that_came_and_went_are_told(store: Store, ask: Ask) -> None:
    story = {"when": "I am invited", "want": "find something", "so_that": "she is glad", "outcome": {"event": "x"}}
    stages = [{"name": "browse", "enter": {"event": "x"}}]
    older, newer = (
        read_journey({"journey": "shop", "stages": stages, "jobs": [{"name": name, **story} for name in names]})
        for names in (("gift", "lend"), ("gift", "borrow", "swap"))
    )
    for one in (older, newer):
        store.save_journey(one.version, one.document())
    fill(store, [
        session("0 browse", journey_version=older.version), session("60 browse", journey_version=newer.version)
    ])  # fmt: skip

    newest, _ = ask("/v1/versions", **ALL_TIME)["versions"]

    changes = newest["changes"]
    assert (changes["jobs_added"], changes["jobs_removed"]) == (["borrow", "swap"], ["lend"])
    assert (changes["stages_added"], changes["stages_removed"]) == ([], [])
