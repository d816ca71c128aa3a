"""Answers as tables."""

import csv
from io import BytesIO, StringIO
from typing import Any

import polars
import pytest

from services.api.question import Answer
from services.api.routes import routers
from services.api.table import write_table
from services.edges.clickhouse import Store
from tests.api.conftest import Client
from tests.api.shop import fill, finding, session

READ = {"Authorization": "Bearer rk_shop"}


def answers() -> list[type[Answer]]:
    models = [getattr(route, "response_model", None) for router in routers() for route in router.routes]
    return [one for one in models if isinstance(one, type) and issubclass(one, Answer)]


def rows(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(response.text)))


def test_a_funnel_as_csv_has_a_row_for_each_step_with_nested_fields_flattened(store: Store, client: Client) -> None:
    fill(store, [session("0 browse, 5 basket", job="gift"), session("0 browse", job="replace")])

    response = client.get("/v1/funnel?steps=browse,basket&breakdown=job&format=csv", headers=READ)

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    told = [(row["table"], row["value"], row["step"], row["entered"], row["rate_share"]) for row in rows(response)]
    assert told == [
        ("", "", "browse", "2", "0.5"), ("", "", "basket", "1", ""),
        ("breakdown", "gift", "browse", "1", "1.0"), ("breakdown", "gift", "basket", "1", ""),
        ("breakdown", "replace", "browse", "1", "0.0"), ("breakdown", "replace", "basket", "0", ""),
    ]  # fmt: skip


def test_accept_asks_for_a_format_too_and_parquet_keeps_the_types(store: Store, client: Client) -> None:
    fill(store, [session("0 browse", value=1.5), session("9 browse")])

    response = client.get("/v1/sessions", headers=READ | {"Accept": "application/vnd.apache.parquet"})

    frame = polars.read_parquet(BytesIO(response.content))
    assert frame["value"].to_list() == [0.0, 1.5]
    assert isinstance(frame.schema["started_at"], polars.Datetime)
    assert response.headers["ETag"]


def test_a_table_is_named_by_its_question_in_one_word(store: Store, client: Client) -> None:
    fill(store, [])

    response = client.get("/v1/jobs/retention?format=csv", headers=READ)

    assert response.headers["Content-Disposition"] == 'inline; filename="jobs-retention.csv"'


def test_the_table_of_paths_has_both_lists(store: Store, client: Client) -> None:
    fill(store, [session("0 browse, 5 basket", job="gift")])

    told = [
        (row["list"], row["position"], row["source"], row["target"], row["median_seconds"])
        for row in rows(client.get("/v1/paths?format=csv", headers=READ))
    ]

    assert told == [
        ("follows", "", "", "browse", ""), ("follows", "", "basket", "", ""),
        ("follows", "", "browse", "basket", "5.0"),
        ("flows", "0", "browse", "basket", ""), ("flows", "1", "basket", "", ""),
    ]  # fmt: skip


def test_the_table_of_pain_points_has_also_what_is_intended_and_where_sessions_ended(
    store: Store, client: Client
) -> None:
    one = session("0 browse, 5 basket")
    fill(store, [one], [
        finding(one, "rage_click", "browse", 1), finding(one, "backslide", "browse", 2, intended=True),
        finding(one, "cart_abandonment", "basket", 5, value=30.0),
    ])  # fmt: skip

    told = rows(client.get("/v1/pain-points?format=csv", headers=READ))

    assert [(row["list"], row["detector"], row["affected"], row["rank"], row["value"]) for row in told] == [
        ("pain_points", "rage_click", "1", "1", ""),
        ("intended", "backslide", "1", "1", ""),
        ("drop_offs", "cart_abandonment", "1", "", "30.0"),
    ]


def test_a_table_without_rows_has_its_columns_all_the_same(store: Store, client: Client) -> None:
    fill(store, [])

    response = client.get("/v1/sessions?format=csv", headers=READ)

    assert response.text.startswith("id,visitor,user,started_at,")


def test_a_column_without_values_is_of_the_type_it_has_with_values(store: Store, client: Client) -> None:
    def schema() -> Any:
        return polars.read_parquet(BytesIO(client.get("/v1/sessions?format=parquet", headers=READ).content)).schema

    fill(store, [])
    without = schema()

    fill(store, [session("0 browse", value=1.5)])
    assert without == schema()


def test_no_table_has_a_column_of_no_type() -> None:
    for answer in answers():
        empty = polars.read_parquet(BytesIO(write_table(answer.row, {"": []}, "parquet", "device")))

        assert polars.Null not in empty.dtypes, answer


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+1", "-1", "\t=1"])
def test_what_a_spreadsheet_would_take_for_a_formula_is_text(store: Store, client: Client, text: str) -> None:
    fill(store, [session("0 browse", visitor=text)])

    (row,) = rows(client.get("/v1/sessions?format=csv", headers=READ))

    assert row["visitor"] == f"'{text}"


def test_every_answer_is_compared_with_one_of_its_own_kind_and_has_a_table() -> None:
    assert len(answers()) >= 4
    for answer in answers():
        assert answer.model_fields["previous"].annotation == answer | None, answer
        assert answer.row.__doc__, answer
