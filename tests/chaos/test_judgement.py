"""The judgement itself: it must find what it is there to find."""

from collections.abc import Sequence

import msgspec
import pytest

from services.core.changes import Changes
from services.core.event import Event, Millis
from services.core.rows import FindingRow, SessionRow
from services.edges.clickhouse import Store
from tests.chaos.judgement import FAR, NOW, Differs, Judgement
from tests.core.build import START, encode, event, pipeline, shop

VISIT = ["0 view /a", "20 add /a", "60 checkout /checkout", "90 page /checkout/payment"]


def visits() -> list[Event]:
    """Of two visitors, who both leave at the checkout."""
    return [event(line, visitor, received_at=NOW) for visitor in ("anna", "ben") for line in VISIT]


def stored(store: Store, events: Sequence[Event], now: Millis = FAR) -> Changes:
    """Put into the store what a worker would, with all sessions closed unless another time is given."""
    made = pipeline(shop())
    made.feed(0, encode(events), NOW)
    made.tick(0, now)
    changes = made.take()
    store.insert_lines("events", changes.events)
    store.insert("sessions", changes.sessions)
    store.insert("findings", changes.findings)
    return changes


def test_what_is_as_it_must_be_is_said_in_figures(store: Store) -> None:
    stored(store, visits())

    said = Judgement(store, visits(), shop()).pronounce()

    assert "8 events acknowledged, each stored once" in said
    assert "2 sessions (2 closed, 0 open, 0 late)" in said
    assert "2 checkout_abandonment" in said


def test_an_open_session_that_is_quiet_says_all_that_its_end_would_say(store: Store) -> None:
    changes = stored(store, visits(), now=Millis(START + 10 * 60_000))

    assert "2 sessions (0 closed, 2 open, 0 late)" in Judgement(store, visits(), shop()).pronounce()
    store.insert("findings", [msgspec.structs.replace(changes.findings[0], id="left over", occurred_at=NOW)])
    with pytest.raises(Differs, match="findings: 0 are missing and 1 should not be there"):
        Judgement(store, visits(), shop()).pronounce()


def test_an_acknowledged_event_that_is_not_stored_is_found(store: Store) -> None:
    stored(store, visits()[:-1])

    with pytest.raises(Differs, match="1 acknowledged events are not stored, such as page ben"):
        Judgement(store, visits(), shop()).pronounce()


def test_an_event_that_nobody_acknowledged_is_found(store: Store) -> None:
    stored(store, visits())

    with pytest.raises(Differs, match="1 stored events were never acknowledged"):
        Judgement(store, visits()[:-1], shop()).pronounce()


def test_a_session_too_many_is_found_with_its_rows(store: Store) -> None:
    changes = stored(store, visits())
    left: SessionRow = msgspec.structs.replace(changes.sessions[0], id="left over", events=2)
    store.insert("sessions", [left])

    with pytest.raises(Differs, match=r"(?s)1 should not be there. The first who differs is anna.*left over"):
        Judgement(store, visits(), shop()).pronounce()


def test_a_finding_that_was_not_taken_back_is_found(store: Store) -> None:
    changes = stored(store, visits())
    left: FindingRow = msgspec.structs.replace(changes.findings[0], id="left over", detector="loop")
    store.insert("findings", [left])

    with pytest.raises(Differs, match="findings: 0 are missing and 1 should not be there"):
        Judgement(store, visits(), shop()).pronounce()


def test_another_funnel_is_found(store: Store) -> None:
    stored(store, visits())
    judgement = Judgement(store, visits(), shop())

    assert judgement.funnel() == [2, 2, 2, 0]
    with pytest.raises(Differs, match="funnel"):
        judgement.same_funnel({"steps": [{"entered": count} for count in (2, 2, 1, 0)]})
