"""What every detector must be, whatever it looks for. A new one is under these tests without a line here."""

import random
from typing import Any

import pytest

from services.core.detector import Detector
from services.core.detectors import DETECTORS
from services.core.rows import FindingRow
from tests.core.build import START, closed, encode, event, judged, pipeline, shop
from tests.core.test_pipeline import after_restart

TROUBLED = [
    "0 view /list",
    "10 page /size-guide",
    "12 view /list",
    *[f"{20 + place / 2} click #like" for place in range(5)],
    "30 add price=10",
    "40 checkout",
    "50 page /checkout/address",
    "60 page /terms",
    "70 page /checkout/address",
    "80 page /terms",
    "90 page /checkout/payment",
    *[f"{100 + place / 2} click #pay" for place in range(5)],
    "900 click #help",
]
"""A session with something for every detector here; a new one adds a line."""

LEAVES_A_BASKET = ["0 view /list", "30 add price=10"]

CALM = [
    "0 page /",
    "20 view /list",
    "60 click #product",
    "61 view /p/1",
    "120 click #add",
    "121 add /p/1 price=10",
    "150 checkout /checkout",
    "180 page /checkout/address",
    "220 page /checkout/payment",
    "260 click #pay",
    "262 buy /thanks value=10",
]

names = pytest.mark.parametrize("name", sorted(DETECTORS))


def said(name: str, lines: list[str], **journey: Any) -> list[FindingRow]:
    return [row for row in judged(*lines, journey=shop(**journey))[1] if row.detector == name]


def in_words(rows: list[FindingRow]) -> list[tuple[Any, ...]]:
    return sorted((row.id, row.stage, row.step, row.page, row.occurred_at, tuple(row.evidence)) for row in rows)


@names
def test_its_file_its_class_and_its_name_agree(name: str) -> None:
    assert DETECTORS[name].name == name
    assert DETECTORS[name].__module__.endswith(f".{name}")


@names
def test_it_is_silent_on_a_calm_session(name: str) -> None:
    assert not said(name, CALM)


@names
def test_it_finds_something_where_there_is_trouble(name: str) -> None:
    assert said(name, TROUBLED) or said(name, LEAVES_A_BASKET)


@names
def test_it_says_the_same_alone_as_among_the_others(name: str) -> None:
    for lines in (TROUBLED, LEAVES_A_BASKET):
        assert in_words(said(name, lines, friction={name: {}})) == in_words(said(name, lines))


@names
def test_its_evidence_lies_in_the_session(name: str) -> None:
    ids = {event(line).id for line in TROUBLED + LEAVES_A_BASKET}

    for row in said(name, TROUBLED) + said(name, LEAVES_A_BASKET):
        assert row.evidence
        assert set(row.evidence) <= ids


@names
def test_it_says_the_same_after_a_restart_at_any_event(name: str) -> None:
    expected = in_words(said(name, TROUBLED))
    records = encode(event(line) for line in TROUBLED)

    for at in range(len(records)):
        first = pipeline()
        first.feed(0, records[:at], now=START)
        second = after_restart(first.take())
        second.feed(0, records[at:], now=START)
        assert in_words([row for row in closed(second)[1] if row.detector == name]) == expected


@names
def test_it_says_the_same_in_whatever_order_the_events_arrive(name: str) -> None:
    expected = in_words(said(name, TROUBLED))
    events = [event(line, received_at=START + 1_000_000) for line in TROUBLED]

    for seed in range(20):
        shuffled = [events[0], *random.Random(seed).sample(events[1:], len(events) - 1)]
        made = pipeline()
        made.feed(0, encode(shuffled), now=START)
        assert in_words([row for row in closed(made)[1] if row.detector == name]) == expected


@names
def test_it_explains_itself(name: str) -> None:
    documentation = DETECTORS[name].__doc__ or ""

    assert "Misfires:" in documentation
    assert all(field.description for field in DETECTORS[name].model_fields.values())


@names
def test_its_defaults_build(name: str) -> None:
    assert isinstance(DETECTORS[name](), Detector)
