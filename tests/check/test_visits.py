"""Recorded visits as they come: our own events, Segment's calls, and what is neither."""

import gzip
from pathlib import Path

import msgspec

from services.check.answer import answer
from services.check.trial import Trial
from services.check.visits import read_visits
from services.core.event import Millis
from tests.core.build import START, event, shop

NOW = Millis(START + 3_600_000)
TRACK = b'{"type": "track", "event": "view", "anonymousId": "ben", "timestamp": "2023-11-14T22:13:25Z"}'


def written(folder: Path, *lines: bytes) -> Path:
    """A file of these lines."""
    file = folder / "visits.ndjson"
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    return file


def test_our_own_events_and_segments_calls_may_stand_in_one_file(tmp_path: Path) -> None:
    file = written(tmp_path, TRACK, b"", msgspec.json.encode(event("1 add")))

    visits = read_visits(file, NOW)

    assert [(one.visitor, one.name, one.occurred_at - START) for one in visits.events] == [
        ("anna", "add", 1000),
        ("ben", "view", 5000),
    ]
    assert not visits.broken


def test_a_file_may_be_compressed(tmp_path: Path) -> None:
    file = tmp_path / "visits.ndjson.gz"
    file.write_bytes(gzip.compress(TRACK + b"\n"))

    assert len(read_visits(file, NOW).events) == 1


def test_what_is_no_event_is_told_with_its_line_and_the_rest_counts(tmp_path: Path) -> None:
    lines = [
        b"not json",
        TRACK,
        b'{"type": "track", "anonymousId": "ben", "timestamp": "2023-11-14T22:13:20Z"}',
        b'{"type": "track", "event": "view", "anonymousId": "ben"}',
        b'{"occurred_ms": "soon"}',
    ]

    visits = read_visits(written(tmp_path, *lines), NOW)

    assert len(visits.events) == 1
    assert [(one.line, one.reason.partition(":")[0]) for one in visits.broken] == [
        (1, "JSON is malformed"), (3, "name"), (4, "clock"), (5, "Expected `int`, got `str` - at `$.occurred_ms`")
    ]  # fmt: skip


def test_sessions_are_those_that_a_worker_would_have_made() -> None:
    events = [event("0 view", watermark=START), event("1 add", watermark=START), event("9000 view", watermark=START)]

    trial = Trial(shop(), events, NOW)

    assert [(row.events, row.state) for row in trial.sessions] == [(2, "closed"), (1, "closed")]
    assert [row.detector for row in trial.findings] == ["cart_abandonment"]


def test_events_without_a_rule_are_named_the_most_frequent_first() -> None:
    events = [event(f"{at} {name}") for at, name in enumerate(["view", "wiggle", "wiggle", "click #a", "search"])]

    told = answer(shop(), events, [], Trial(shop(), events, NOW))

    unmatched = [(one.name, one.events, one.watched) for one in told.unmatched]
    assert unmatched == [("wiggle", 2, False), ("click", 1, True), ("search", 1, True)]


def test_no_events_are_no_mistake() -> None:
    told = answer(shop(), [], [], Trial(shop(), [], NOW))

    assert (told.events, told.sessions, told.stages[0].share) == (0, [], 0.0)
