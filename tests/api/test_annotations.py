"""Annotations: who may note what, and who sees it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.api.annotation import annotations, take_back
from services.edges.clickhouse import Store
from tests.api.conftest import Client
from tests.api.shop import fill

ADMIN = {"Authorization": "Bearer ak_shop"}
READ = {"Authorization": "Bearer rk_shop"}
RELEASE = {"kind": "release", "at": "2026-01-03T09:00:00Z", "title": "2.4: new coupon field"}


def listed(client: Client, key: str = "rk_shop") -> Any:
    return client.get("/v1/annotations", headers={"Authorization": f"Bearer {key}"}).json()["annotations"]


@pytest.mark.usefixtures("store")
def test_what_is_noted_is_listed_until_it_is_taken_back(client: Client) -> None:
    noted = client.post("/v1/annotations", json=RELEASE, headers=ADMIN)
    assert noted.status_code == 201
    assert [one["title"] for one in listed(client)] == ["2.4: new coupon field"]

    gone = client.delete(f"/v1/annotations/{noted.json()['id']}", headers=ADMIN)

    assert gone.status_code == 204
    assert listed(client) == []
    assert client.delete(f"/v1/annotations/{noted.json()['id']}", headers=ADMIN).status_code == 404


@pytest.mark.usefixtures("store")
def test_the_same_note_twice_is_one_and_may_come_back_after_it_was_taken_back(client: Client) -> None:
    first, second = (client.post("/v1/annotations", json=RELEASE, headers=ADMIN).json() for _ in range(2))
    assert first == second
    client.delete(f"/v1/annotations/{first['id']}", headers=ADMIN)

    client.post("/v1/annotations", json=RELEASE, headers=ADMIN)

    assert [one["id"] for one in listed(client)] == [first["id"]]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("headers", [{}, READ, {"Authorization": "Bearer wk_shop"}])
def test_only_an_admin_key_may_write(client: Client, headers: dict[str, str]) -> None:
    refused = client.post("/v1/annotations", json=RELEASE, headers=headers)
    also = client.delete("/v1/annotations/x", headers=headers)

    assert {refused.status_code, also.status_code} == {403 if headers else 401}
    assert listed(client) == []


def test_another_projects_annotations_are_neither_seen_nor_taken_back(store: Store, client: Client) -> None:
    fill(store, [])
    theirs = client.post("/v1/annotations", json=RELEASE, headers={"Authorization": "Bearer ak_other"}).json()

    assert listed(client) == []
    assert client.delete(f"/v1/annotations/{theirs['id']}", headers=ADMIN).status_code == 404
    assert len(listed(client, "rk_other")) == 1


@pytest.mark.parametrize(
    ("place", "pointer"),
    [
        ({"detector": "rage_clik"}, "/body/detector"),
        ({"stage": "chekout"}, "/body/stage"),
        ({"stage": "basket", "step": "payment"}, "/body/stage"),
    ],
)
def test_the_fix_of_what_can_never_be_found_is_refused(
    store: Store, client: Client, place: dict[str, str], pointer: str
) -> None:
    fill(store, [])
    fix = RELEASE | {"kind": "fix", "detector": "rage_click", "stage": "checkout", "step": "payment"}
    assert client.post("/v1/annotations", json=fix, headers=ADMIN).status_code == 201
    assert client.post("/v1/annotations", json=fix | {"stage": ""}, headers=ADMIN).status_code == 201

    refused = client.post("/v1/annotations", json=fix | place, headers=ADMIN)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert len(listed(client)) == 2


@pytest.mark.usefixtures("store")
def test_what_ends_when_it_begins_may_be_noted(client: Client) -> None:
    response = client.post("/v1/annotations", json=RELEASE | {"until": RELEASE["at"]}, headers=ADMIN)

    assert response.status_code == 201
    assert listed(client)[0]["until"] == RELEASE["at"]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "fix"}, "detector"),
        ({"detector": "rage_click"}, "detector"),
        ({"until": "2026-01-02T09:00:00Z"}, "until"),
        ({"title": ""}, "title"),
        ({"at": "2026-01-03T09:00:00"}, "timezone"),
        ({"title": "a\x00b"}, "printed"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_mistake_in_a_note_is_named(client: Client, wrong: dict[str, str], said: str) -> None:
    response = client.post("/v1/annotations", json=RELEASE | wrong, headers=ADMIN)

    assert response.status_code == 422
    assert said in response.text


def test_what_is_taken_back_by_a_clock_that_is_behind_stays_taken_back(store: Store, client: Client) -> None:
    said = {"kind": "release", "at": "2026-01-01T00:00:00Z", "title": "2.4"}
    noted = client.post("/v1/annotations", json=said, headers={"Authorization": "Bearer ak_shop"}).json()

    take_back(store, "shop", noted["id"], datetime(2020, 1, 1, tzinfo=UTC))

    assert annotations(store, "shop") == []
