"""Incidents over HTTP: what is told can be asked for again, by whom it concerns alone."""

from collections.abc import Iterator
from io import BytesIO
from statistics import mean

import pytest
from PIL import Image, ImageColor

from services.api.app import create_app
from services.api.chart import BAND, LINE, MARK, SIZE, Chart, draw
from services.api.incident_chart import chart_of
from services.core.spikes.baseline import Level
from services.core.spikes.cell import JOB_SUCCESS, SILENCE
from services.core.spikes.incident import Incident, Measured
from services.core.spikes.telling import reproducing
from services.edges.clickhouse import Store
from services.edges.incidents import known_incidents
from services.edges.messenger import chart_signature
from services.stages.alerts.evaluator import Evaluator
from tests.api.conftest import Client
from tests.api.shop import SomeKeys
from tests.stages.alerts.weeks import JOURNEY, NOW, Shop
from tests.stores import fresh_dsn

SHOP = {"Authorization": "Bearer rk_shop"}
OTHER = {"Authorization": "Bearer rk_other"}
KEY = "signs charts"


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A shop with an incident."""
    opened = Store.open(fresh_dsn("chdb", request))
    opened.save_journey(JOURNEY.version, JOURNEY.document())
    shop = Shop(opened)
    shop.visit()
    shop.stick("rage_click", 10)
    shop.stick("rage_click", 60, hours=2)
    shop.act()
    Evaluator(JOURNEY, opened).judge("shop", NOW, 1)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def asking(store: Store) -> Iterator[Client]:
    one = Client(create_app(SomeKeys(), store, signing_key=KEY))
    yield one
    one.close()


def test_an_incident_is_told_in_words_and_numbers(asking: Client) -> None:
    answer = asking.get("/v1/incidents", params={"days": 400}, headers=SHOP).json()

    [incident] = answer["incidents"]
    assert (incident["state"], incident["title"]) == ("open", "Rage click in checkout")
    assert "of 60 in checkout ran into rage click; usual" in incident["sentence"]
    assert incident["details"]["evidence"]["page"] == "/checkout/payment"


def test_the_query_of_an_incident_answers_with_its_numbers(asking: Client, store: Store) -> None:
    [incident] = known_incidents(store, "shop", 0)

    answer = asking.get(reproducing(incident), headers=SHOP).json()

    rate, named = answer["rate"], incident.named
    assert (rate["exposed"], rate["affected"], rate["windows"]) == (named.exposed, named.affected, named.windows)
    assert [rate["usual"], rate["spread"], rate["p"]] == pytest.approx([named.usual, named.spread, named.p])


def test_another_project_sees_none_of_it(asking: Client, store: Store) -> None:
    [incident] = known_incidents(store, "shop", 0)

    assert asking.get("/v1/incidents", params={"days": 400}, headers=OTHER).json()["incidents"] == []
    assert asking.get(reproducing(incident), headers=OTHER).json()["rate"] is None
    assert asking.get("/v1/incidents").status_code == 401


def test_whoever_follows_a_link_of_a_message_is_asked_for_a_key_by_the_browser(asking: Client, store: Store) -> None:
    [incident] = known_incidents(store, "shop", 0)

    followed = asking.get(reproducing(incident), headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    by_program = asking.get(reproducing(incident))

    assert (followed.status_code, followed.headers["WWW-Authenticate"][:6]) == (401, "Basic ")
    assert (by_program.status_code, by_program.headers["WWW-Authenticate"][:7]) == (401, "Bearer ")
    assert asking.get(reproducing(incident), auth=("rk_shop", "")).json()["rate"]["exposed"] == 60


def chart(store: Store, hour: int, named: Measured) -> Chart:
    known = {"named": named, "cells": (named,), "began": hour, "seen": hour, "judged": hour}
    return chart_of(store, Incident(id="i", project="shop", **known), hour)  # type: ignore[arg-type]


def test_silence_is_drawn_as_events_beside_how_many_usually_come(store: Store) -> None:
    drawn = chart(store, NOW + 1, Measured(SILENCE, "", "", NOW + 1, 60, 60, 0.0, 0.0, Level.SAME_HOUR, 4, 1e-9))

    assert [point.value for point in drawn.points] == [60] * 47 + [0]
    assert all(0 < point.low < 60 < point.high for point in drawn.points)
    assert not drawn.is_share


def test_a_jobs_success_is_drawn_beside_its_objective(store: Store) -> None:
    drawn = chart(store, NOW, Measured(JOB_SUCCESS, "", "gift", NOW, 240, 96, 0.3, 0.03, Level.OBJECTIVE, 6, 1e-9))

    assert len(drawn.points) == 48
    assert 0.5 < mean(point.value for point in drawn.points) < 0.7
    assert {(point.low, point.high) for point in drawn.points} == {(0.7, 1.0)}


def test_a_chart_shows_its_line_and_what_is_usual_in_the_colours_that_it_names(store: Store) -> None:
    drawn = chart(store, NOW + 1, Measured(SILENCE, "", "", NOW + 1, 60, 60, 0.0, 0.0, Level.SAME_HOUR, 4, 1e-9))

    image = Image.open(BytesIO(draw(drawn)))
    seen = {colour for _, colour in image.getcolors(1 << 20) or ()}

    assert image.size == SIZE
    assert {ImageColor.getrgb(colour) for colour in (BAND, LINE, MARK)} <= seen


def test_a_chart_is_for_whoever_has_its_signed_address(asking: Client, store: Store) -> None:
    [incident] = known_incidents(store, "shop", 0)
    path = f"shop/{incident.id}/{incident.judged}"

    drawn = asking.get(f"/v1/charts/{path}.png", params={"sig": chart_signature(KEY, path)})

    assert (drawn.status_code, drawn.headers["Content-Type"]) == (200, "image/png")
    assert drawn.content.startswith(b"\x89PNG")
    for guessed in ("", "0" * 32, "¯", chart_signature("", path), chart_signature(KEY, f"{path}1")):
        assert asking.get(f"/v1/charts/{path}.png", params={"sig": guessed}).status_code == 404
