"""Somebody asked to be forgotten: nothing of what they did until then is written from here on."""

import msgspec

from services.core.event import Event, Millis
from services.core.pipeline import Pipeline
from services.core.rows import ForgottenRow
from tests.core.build import START, Record, closed, encode, event, pipeline, shop, start


def asked(seconds: float, visitor: str = "anna") -> ForgottenRow:
    return ForgottenRow(project="shop", visitor=visitor, forgotten_at=Millis(START + round(seconds * 1000)))


def fed(*events: Event) -> Pipeline:
    made = pipeline()
    made.feed(0, encode(events), START)
    return made


def test_what_was_not_written_yet_never_is() -> None:
    made = fed(event("0 view"), event("1 add"), event("2 view", "ben"))

    assert made.forget([asked(60)]) == [asked(60)]

    changes = made.take()
    assert [row.visitor for row in changes.sessions] == [row.visitor for row in changes.states] == ["ben"]
    assert [msgspec.json.decode(line)["visitor"] for line in changes.events] == ["ben"]


def test_a_session_that_was_written_is_not_written_again() -> None:
    made = fed(event("0 view"))
    made.take()

    made.forget([asked(60)])

    assert closed(made) == ([], [])


def test_what_comes_late_or_once_more_is_dropped() -> None:
    made = pipeline()
    made.forget([asked(60)])

    made.feed(
        0, encode([event("30 view", received_at=START + 90_000), event("61 view"), event("30 view", "ben")]), START
    )

    sessions, _ = closed(made)
    assert sorted((row.visitor, row.started_at) for row in sessions) == [
        ("anna", START + 61_000),
        ("ben", START + 30_000),
    ]


def test_who_comes_back_is_somebody_new() -> None:
    made = fed(event("0 view"), event("10 checkout"), event("70 view"), event("80 add"))
    made.take()

    made.forget([asked(60)])

    [session] = made.take().sessions
    assert (session.started_at, session.events, session.stage) == (START + 70_000, 2, "basket")
    later = fed(event("70 view"), event("80 add")).take().sessions[0]
    assert session.id == later.id


def test_it_is_news_once() -> None:
    made = pipeline()

    assert made.forget([asked(60)]) == [asked(60)]
    assert made.forget([asked(60), asked(50)]) == []
    assert made.forget([asked(61)]) == [asked(61)]


def test_a_partition_minds_its_own_visitors_only() -> None:
    made = Pipeline(shop())
    made.assign(0, msgspec.structs.replace(start(), partitions=2), ())
    made.assign(1, msgspec.structs.replace(start(), partition=1, partitions=2), ())
    names = [f"v{number}" for number in range(20)]

    news = made.forget([asked(60, name) for name in names])

    assert sorted(row.visitor for row in news) == sorted(names)


def test_a_state_from_the_store_is_forgotten_too_also_one_that_nobody_can_read() -> None:
    first = fed(event("0 view"), event("1 view", "ben"))
    kept = first.take()
    [broken] = [msgspec.structs.replace(row, blob=b"\xc1") for row in kept.states if row.visitor == "ben"]
    states = [row for row in kept.states if row.visitor == "anna"]
    made = pipeline(position=kept.positions[-1], states=[*states, broken])

    made.forget([asked(60), asked(60, "ben")])

    assert closed(made) == ([], [])
    assert not made.take().refused


def test_records_that_are_read_again_after_a_crash_are_dropped() -> None:
    records = encode([event("0 view"), event("1 add")])
    made = pipeline()
    made.forget([asked(60)])

    made.feed(0, [*records, Record(2, msgspec.json.encode(event("2 view", "ben")))], START)

    assert [row.visitor for row in made.take().sessions] == ["ben"]
