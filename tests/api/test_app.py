"""The API as a service: health, metrics, and problems in one form."""

import pytest

from services.api.app import create_app
from services.edges.clickhouse import Store
from services.edges.clickhouse_clients import READER, Address
from tests.api.conftest import Client
from tests.api.shop import SomeKeys, fill, session

READ = {"Authorization": "Bearer rk_shop"}


def test_ready_where_the_store_answers(client: Client) -> None:
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").json() == {"ready": True, "checks": {"store": "ok"}}


def test_a_store_that_is_away_is_named_and_questions_say_ask_again() -> None:
    client = Client(create_app(SomeKeys(), Store(Address.parse("http://127.0.0.1:9/x"))))

    ready, funnel = client.get("/readyz"), client.get("/v1/funnel", headers=READ)

    assert client.get("/livez").status_code == 200
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert "127.0.0.1:9" in ready.json()["checks"]["store"]
    assert (funnel.status_code, funnel.headers["retry-after"]) == (503, "2")
    assert funnel.headers["content-type"] == "application/problem+json"
    client.close()


def test_a_question_about_more_than_can_be_read_in_time_says_what_to_narrow(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, [session("0 browse, 9 basket") for _ in range(30)])
    hurried = Store(store.address)
    limits = {"max_memory_usage": 1_000_000}
    monkeypatch.setattr("services.edges.clickhouse.READER", {**READER, **limits, "readonly": 1})
    client = Client(create_app(SomeKeys(), hurried))

    response = client.get("/v1/drop-offs", headers=READ)

    assert (response.status_code, "retry-after" in response.headers) == (503, False)
    assert "shorter period" in response.json()["detail"]
    assert response.json()["errors"][0]["pointer"] == "/query/from"
    client.close()
    hurried.close()


def test_without_a_journey_the_answer_says_where_it_comes_from(client: Client) -> None:
    response = client.get("/v1/funnel", headers=READ)

    assert response.status_code == 409
    assert "stages service" in response.json()["detail"]


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/v1/", 404)])
def test_what_is_not_there_is_a_problem_too(client: Client, path: str, status: int) -> None:
    response = client.get(path)

    assert (response.status_code, response.json()["status"]) == (status, status)
    assert response.headers["content-type"] == "application/problem+json"


def test_metrics_count_by_pattern_and_never_by_path(store: Store, client: Client) -> None:
    fill(store, [])
    client.get("/v1/sessions/some-id", headers=READ)
    client.get("/v2/some-id")

    metrics = client.get("/metrics").text

    assert 'endpoint="/v1/sessions/{id}",status="404"' in metrics
    assert 'endpoint="none",status="404"' in metrics
    assert "some-id" not in metrics


def test_the_openapi_gives_examples_and_refers_to_no_other_host(client: Client) -> None:
    document = client.get("/openapi.json")

    assert document.json()["openapi"].startswith("3.1")
    assert "http://" not in document.text
    assert "https://" not in document.text
    for name, model in document.json()["components"]["schemas"].items():
        assert model.get("description"), f"{name} says nothing of itself"
