"""The named checks: what passes, and what fails by which name."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.event import Event
from services.ingest.guard import (
    CHECKS,
    DEPTH,
    EVENT_BYTES,
    KEY_LETTERS,
    KEYS,
    VALUE_BYTES,
    _is_plain,
    _judge_shape,
    judge,
)
from services.ingest.refusal import Reason

NOW = 1_795_000_000_000
DAY = 24 * 3600 * 1000


def event(**fields: Any) -> Event:
    plain = {"id": "1", "project": "shop", "visitor": "v", "type": "track", "name": "Bought"}
    return Event(**{**plain, "occurred_at": NOW, "received_at": NOW, **fields})


def nested(depth: int) -> object:
    return {"below": nested(depth - 1)} if depth else 1


def reason(subject: Event, item: object = None) -> Reason | None:
    refusal = judge(subject, msgspec.json.encode(item or {}))
    return refusal.reason if refusal else None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"occurred_at": NOW - 7 * DAY},
        {"occurred_at": NOW + DAY},
        {"occurred_at": 1, "watermark": 1},
        {"visitor": "v" * 256},
    ],
)
def test_an_ordinary_event_passes(fields: dict[str, Any]) -> None:
    assert reason(event(**fields)) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"visitor": ""}, Reason.VISITOR),
        ({"name": ""}, Reason.NAME),
        ({"occurred_at": NOW - 7 * DAY - 1}, Reason.CLOCK),
        ({"occurred_at": NOW + DAY + 1}, Reason.CLOCK),
        ({"occurred_at": NOW + DAY + 1, "watermark": NOW}, Reason.CLOCK),
        ({"occurred_at": 0, "watermark": 1}, Reason.CLOCK),
        ({"id": "i" * 257}, Reason.SIZE),
        ({"visitor": "v" * 257}, Reason.SIZE),
        ({"user": "u" * 257}, Reason.SIZE),
        ({"name": "n" * 257}, Reason.SIZE),
    ],
)
def test_an_event_is_refused_by_the_name_of_the_check_it_fails(fields: dict[str, Any], expected: Reason) -> None:
    assert reason(event(**fields)) is expected


@pytest.mark.parametrize(
    ("within", "beyond", "expected"),
    [
        (nested(DEPTH), nested(DEPTH + 1), Reason.DEPTH),
        ({str(n): 1 for n in range(KEYS)}, {str(n): 1 for n in range(KEYS + 1)}, Reason.KEYS),
        ({"k" * KEY_LETTERS: "x" * 8100}, {"k" * (KEY_LETTERS + 1): "x" * 8100}, Reason.KEYS),
        ({"v": "x" * VALUE_BYTES}, {"v": "x" * (VALUE_BYTES + 1)}, Reason.SIZE),
        ({str(n): "x" * 8000 for n in range(4)}, ["x" * EVENT_BYTES], Reason.SIZE),
    ],
    ids=["depth", "keys", "key", "value", "event"],
)
def test_each_limit_is_taken_and_one_more_is_not(within: object, beyond: object, expected: Reason) -> None:
    assert reason(event(), within) is None
    assert reason(event(), beyond) is expected


@given(
    name=st.sampled_from(["", "n", "n" * 128, "n" * 257]),
    visitor=st.sampled_from(["", "v", "v" * 256, "v" * 257]),
    occurred_at=st.sampled_from([-1, 0, 1, NOW - 7 * DAY - 1, NOW - 7 * DAY, NOW, NOW + DAY, NOW + DAY + 1]),
    watermark=st.sampled_from([0, 1, NOW]),
    item=st.recursive(st.sampled_from([1, "x", "x" * (VALUE_BYTES + 1)]), lambda below: st.lists(below) | below),
)
def test_what_is_cleared_in_one_go_would_have_passed_every_check(
    name: str, visitor: str, occurred_at: int, watermark: int, item: object
) -> None:
    subject = event(name=name, visitor=visitor, occurred_at=occurred_at, watermark=watermark)
    raw = msgspec.json.encode(item)

    if _is_plain(subject, raw):
        assert [check(subject, raw) for _, check in CHECKS] == [""] * len(CHECKS)
        assert _judge_shape(raw) is None


def test_wide_but_shallow_is_no_depth() -> None:
    assert reason(event(), {"items": [{"n": n} for n in range(100)]}) is None


def test_every_check_names_its_reason_once() -> None:
    names = [name for name, _ in CHECKS]

    assert len(set(names)) == len(names)
