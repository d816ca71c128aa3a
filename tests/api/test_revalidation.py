"""An answer that has not changed is not sent again."""

from services.edges.clickhouse import Store
from tests.api.conftest import Client
from tests.api.shop import fill, session

READ = {"Authorization": "Bearer rk_shop"}


def test_an_answer_is_sent_again_only_once_it_changed(store: Store, client: Client) -> None:
    fill(store, [session("0 browse")])
    first = client.get("/v1/sessions", headers=READ)
    known = READ | {"If-None-Match": f'"other", W/{first.headers["ETag"]}'}

    unchanged = client.get("/v1/sessions", headers=known)
    fill(store, [session("5 browse")])
    changed = client.get("/v1/sessions", headers=known)

    assert (unchanged.status_code, unchanged.content, unchanged.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (changed.status_code, changed.json()["total"]) == (200, 2)
    assert changed.headers["ETag"] != first.headers["ETag"]
    for answer in (first, unchanged):  # or who shares a cache gets what was said to another key
        assert {one.strip() for one in answer.headers["Vary"].split(",")} >= {"Authorization", "Accept"}


def test_nothing_is_told_by_a_tag_without_a_key(store: Store, client: Client) -> None:
    fill(store, [])

    assert client.get("/v1/sessions", headers={"If-None-Match": "*"}).status_code == 401
