"""Records in, rows out: whatever the order, the doubling, the cutting and the restarts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.changes import Changes
from services.core.claim import claim
from services.core.errors import NewerState
from services.core.event import Event, Millis
from services.core.journey import Journey
from services.core.key_hash import key_hash
from services.core.pipeline import Pipeline
from services.core.rows import PositionRow, SessionRow
from tests.core.build import START, Record, encode, event, import_end, pipeline, shop, standing, start
from tests.core.reference import CAME, FINDERS, came_of, findings_of, jobs_of, sessions_of, users_of
from tests.core.shelf import Shelf

NAMES = ["view", "add", "checkout", "buy", "page /a", "page /b", "page /checkout/payment", "click #pay", "search"]
ALLOWANCE = 30 * 60 * 1000
CAME_BY = [
    "",
    "desktop|Firefox|Linux|direct",
    "mobile|Chrome|Android|search|AT",
    "||||DE|mail|email||",
    "|||||||spring",
]
USERS = ["", "", "anna@x", "ben@x"]
"""Who the visitor is said to be: a device may be shared."""
LATER = Millis(START + 40 * 24 * 3_600_000)

JOURNEY = shop(
    jobs=[
        {
            "name": name,
            "when": "I know what I need",
            "want": "find it",
            "so_that": "I can go on",
            "evidence": [{"match": {"event": event}, "weight": 1.5}, {"match": {"path": path}, "weight": 1.5}],
            "outcome": {"event": "buy"},
        }
        for name, event, path in (("buy", "add", "/b"), ("look", "search", "/a"))
    ]
)

moments = st.integers(min_value=0, max_value=6 * 3600)
visitors = st.sampled_from(["anna", "ben"])
acts = st.lists(st.tuples(moments, st.sampled_from(NAMES), visitors), min_size=1, max_size=30)


Step = tuple[int, str, str]
"""Seconds since the step before, what, and who."""


def _walk(pieces: list[list[Step]]) -> list[tuple[int, str, str]]:
    steps = [step for piece in pieces for step in piece]
    moments = accumulate(pause for pause, _, _ in steps)
    return [(moment, name, visitor) for moment, (_, name, visitor) in zip(moments, steps, strict=True)]


def _pieces(pauses: list[int], *names: str) -> st.SearchStrategy[list[Step]]:
    step = st.tuples(st.sampled_from(pauses), st.sampled_from(names), st.just("anna"))
    return st.lists(step, min_size=1, max_size=8)


walks = st.lists(
    st.one_of(
        _pieces([0, 1, 1, 1, 2], "click #pay"),
        _pieces([1, 6, 7, 8], "page /a", "page /b"),
        st.lists(
            st.tuples(st.sampled_from([5, 90, 1799, 1801]), st.sampled_from(NAMES), visitors), min_size=1, max_size=5
        ),
    ),
    min_size=1,
    max_size=8,
).map(_walk)
"""Acts close enough to each other for findings that tell of seconds."""


def arriving(acts: Sequence[tuple[int, str, str]], delays: Sequence[int], doubled: Sequence[int]) -> list[Event]:
    """Events in the order of their arrival, each delayed within the allowance, some of them sent twice."""
    made = []
    for place, (moment, name, visitor) in enumerate(acts):
        seen, user = CAME_BY[moment % len(CAME_BY)], USERS[moment % len(USERS)]
        one = event(f"{moment} {name}", visitor, id=f"{place:03}", seen=seen, user=user)
        arrival = one.occurred_at + delays[place % len(delays)] * 1000
        made.append(msgspec.structs.replace(one, received_at=Millis(arrival)))
    made += [
        msgspec.structs.replace(made[at % len(made)], received_at=Millis(made[at % len(made)].received_at + 5))
        for at in doubled
    ]
    return sorted(made, key=lambda one: (one.received_at, one.id))


def told(changes: Sequence[Changes]) -> tuple[Any, Any]:
    """What stands, without what may differ: the ids, which follow from the event that came first."""
    sessions, findings = standing(changes)
    return (
        sorted(
            (
                row.visitor, row.started_at, row.ended_at, row.events, row.pages, row.stage, row.step, row.state,
                tuple(row.path_stage), tuple(row.path_event), row.late, row.job, tuple(row.job_evidence),
                tuple(row.job_changes), row.outcome_event, row.value, row.currency, row.entry_page, row.exit_page,
                row.user, *came(row),
            )
            for row in sessions.values()
        ),
        sorted(
            (
                row.visitor, row.detector, row.stage, row.step, row.page, row.element, row.occurred_at, row.severity,
                row.cost_seconds, row.cost_steps, row.value, row.cause, row.job, tuple(row.evidence),
            )
            for row in findings.values()
        ),
    )  # fmt: skip


def came(row: SessionRow) -> tuple[str, ...]:
    return tuple(getattr(row, name) for group in CAME for name in group)


def run(events: Sequence[Event], cuts: Sequence[int] = (), journey: Journey = JOURNEY) -> list[Changes]:
    """Feed events, taking a checkpoint at each cut."""
    made, changes = pipeline(journey), []
    records = encode(events)
    edges = sorted({0, *(cut % (len(records) + 1) for cut in cuts), len(records)})
    for begin, end in pairwise(edges):
        made.feed(0, records[begin:end], now=START)
        changes.append(made.take())
    made.tick(0, LATER)
    return [*changes, made.take()]


@given(
    acts,
    st.lists(st.integers(0, 1799), min_size=1, max_size=8),
    st.lists(st.integers(0, 29), max_size=5),
    st.lists(st.integers(0, 40), max_size=6),
)
def test_order_duplicates_and_cutting_change_nothing(
    acts: list[tuple[int, str, str]], delays: list[int], doubled: list[int], cuts: list[int]
) -> None:
    tidy = told(run(sorted(arriving(acts, [0], []), key=lambda one: (one.occurred_at, one.id))))

    messy = told(run(arriving(acts, delays, doubled), cuts))

    assert messy == tidy


@given(acts)
def test_a_file_replayed_gives_the_very_rows_that_the_live_stream_gave(acts: list[tuple[int, str, str]]) -> None:
    live = sorted(arriving(acts, [0], []), key=lambda one: (one.occurred_at, one.id))
    years_later = Millis(START + 3 * 365 * 24 * 3_600_000)
    recorded = [msgspec.structs.replace(one, received_at=years_later, watermark=one.occurred_at) for one in live]

    replaying = pipeline(JOURNEY)
    replaying.feed(0, encode([*recorded, import_end()]), now=years_later)

    replayed, lived = standing([replaying.take()]), standing(run(live))
    assert rows(replayed) == rows(lived)


def rows(stands: tuple[Any, Any]) -> list[dict[str, Any]]:
    """What stands, without the marks of how it came."""
    return [
        {name: value for name, value in msgspec.to_builtins(row).items() if name not in ("historical", "version")}
        for kind in stands
        for _, row in sorted(kind.items())
    ]


@given(acts, st.lists(st.integers(0, 1799), min_size=1, max_size=8), st.lists(st.integers(0, 40), max_size=6))
def test_sessions_equal_those_of_a_reference_that_sorts_first(
    acts: list[tuple[int, str, str]], delays: list[int], cuts: list[int]
) -> None:
    events = arriving(acts, delays, [])

    sessions, _ = standing(run(events, cuts))

    expected = sessions_of(events, shop())
    assert (
        sorted((row.visitor, row.started_at, row.ended_at, row.events, row.stage) for row in sessions.values())
        == expected
    )
    assert sorted((row.visitor, row.started_at, came(row)) for row in sessions.values()) == came_of(events, shop())
    assert sorted((row.visitor, row.started_at, row.user) for row in sessions.values()) == users_of(events, shop())


@given(acts, st.lists(st.integers(0, 1799), min_size=1, max_size=8), st.lists(st.integers(0, 40), max_size=6))
def test_no_session_begins_after_the_day_that_it_is_kept_by(
    acts: list[tuple[int, str, str]], delays: list[int], cuts: list[int]
) -> None:
    changes = run(arriving(acts, delays, []), cuts)

    told = [row for change in changes for row in change.sessions if not row.is_deleted]
    assert all(date_of(row.started_at) <= row.opened_on for row in told)


def date_of(moment: Millis) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).date().isoformat()


@pytest.mark.parametrize("cuts", [(), (2,), (1, 2, 3)])
def test_who_uses_a_shared_device_later_is_not_whose_earlier_session_it_was(cuts: Sequence[int]) -> None:
    lines = (("0 view", "anna@x"), ("10 add", ""), ("1900 view", "ben@x"), ("9000 view", ""))

    sessions, _ = standing(run([event(line, "tablet", user=user) for line, user in lines], cuts))

    assert [row.user for row in sorted(sessions.values(), key=lambda row: row.started_at)] == ["anna@x", "ben@x", ""]


@pytest.mark.parametrize("rule", ["split_at_midnight", "split_on_campaign_change"])
@given(acts, st.lists(st.integers(0, 1799), min_size=1, max_size=8), st.lists(st.integers(0, 40), max_size=6))
def test_split_sessions_too_are_those_of_a_reference_in_whatever_order_the_acts_arrive(
    rule: str, acts: list[tuple[int, str, str]], delays: list[int], cuts: list[int]
) -> None:
    # There it is midnight three quarters of an hour after the first act.
    journey = shop(time_zone="Europe/Berlin", sessions={rule: True})
    events = arriving(acts, delays, [])

    sessions, _ = standing(run(events, cuts, journey))

    assert sorted(
        (row.visitor, row.started_at, row.ended_at, row.events, row.stage) for row in sessions.values()
    ) == sessions_of(events, journey)


@given(
    walks,
    st.lists(st.integers(0, 1799), min_size=1, max_size=8),
    st.lists(st.integers(0, 39), max_size=5),
    st.lists(st.integers(0, 50), max_size=6),
)
def test_jobs_and_findings_equal_those_of_a_reference_that_looks_at_whole_sessions(
    acts: list[tuple[int, str, str]], delays: list[int], doubled: list[int], cuts: list[int]
) -> None:
    events = arriving(acts, delays, doubled)

    sessions, findings = standing(run(events, cuts))

    assert sorted((row.visitor, row.started_at, row.job) for row in sessions.values()) == jobs_of(events, JOURNEY)
    found = (row for row in findings.values() if row.detector in FINDERS)
    assert sorted((row.detector, row.visitor, row.occurred_at, tuple(row.evidence)) for row in found) == findings_of(
        events, JOURNEY
    )


@given(acts, st.integers(0, 30), st.integers(0, 30))
def test_a_worker_that_dies_after_a_checkpoint_is_carried_on_by_the_next(
    acts: list[tuple[int, str, str]], cut: int, lost: int
) -> None:
    events = arriving(acts, [0, 900, 60], [])
    records = encode(events)
    at = cut % (len(records) + 1)
    first = pipeline(JOURNEY)
    first.feed(0, records[:at], now=START)
    kept = first.take()
    first.feed(0, records[at : at + lost], now=START)  # applied, and lost with the worker

    second = after_restart(kept)
    second.feed(0, records[max(0, at - 3) :], now=START)
    second.tick(0, LATER)

    assert told([kept, second.take()]) == told(run(events))


@given(
    _pieces([1, 60, 280, 320, 1000], "add", "checkout", "page /checkout/payment", "click #pay", "buy").map(
        lambda steps: _walk([steps])
    ),
    st.lists(st.sampled_from([0, 0, 10, 400]), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(1, 3), st.booleans()), max_size=8),
    st.integers(0, 12),
)
def test_whenever_the_clock_ticked_an_open_session_says_what_its_acts_and_the_clock_say(
    acts: list[tuple[int, str, str]], delays: list[int], lives: list[tuple[int, bool]], later: int
) -> None:
    events = arriving(acts, delays, [])
    records = encode(events)
    now = Millis((max(one.received_at for one in events) // 60_000 + 1 + later) * 60_000)

    shelf, worker, at = Shelf(JOURNEY), pipeline(JOURNEY), 0
    for share, dies in lives:
        worker.feed(0, records[at : at + share], now=START)
        at = min(at + share, len(records))
        worker.tick(0, min((one.received_at for one in events[at:]), default=START))
        shelf.put(worker.take())
        worker = shelf.taken_on() if dies else worker
    worker.feed(0, records[at:], now=START)
    worker.tick(0, now)
    shelf.put(worker.take())

    at_once = pipeline(JOURNEY)
    at_once.feed(0, records, now=START)
    at_once.tick(0, now)
    assert told([shelf.standing()]) == told([at_once.take()])


def after_restart(*changes: Changes) -> Pipeline:
    """A worker that takes over what these checkpoints left."""
    shelf = Shelf(JOURNEY)
    for one in changes:
        shelf.put(one)
    return shelf.taken_on()


WRITES = ("sessions", "findings", "states", "positions")
lives = st.tuples(
    st.integers(0, 6),  # records read
    st.sampled_from(["", *WRITES, "acknowledging"]),  # the write before which it dies
    st.integers(0, 3),  # whether that write comes all the same: once so many others have taken on
    st.booleans(),  # whether the clock ticks
    st.integers(0, 3),  # records read again
    st.integers(0, 3),  # records read while the checkpoint is written down, one before each visitor
)


@settings(max_examples=400)
@given(
    st.lists(st.tuples(moments, st.sampled_from(NAMES), visitors), min_size=1, max_size=12),
    st.lists(st.integers(0, 1799), min_size=1, max_size=8),
    st.lists(lives, max_size=8),
    st.booleans(),
)
def test_killed_within_checkpoints_at_any_point_it_ends_as_if_nothing_had_happened(
    acts: list[tuple[int, str, str]],
    delays: list[int],
    lives: list[tuple[int, str, int, bool, int, int]],
    in_time: bool,
) -> None:
    events = arriving(acts, delays, [])
    records = encode(events)
    shelf, worker, at = Shelf(JOURNEY), pipeline(JOURNEY), 0

    for share, dies_before, late, ticks, back, more in lives:
        reached = at + share
        worker.feed(0, records[max(0, at - back) : reached], now=START)
        if ticks:
            # The wall clock of a worker that dies may have closed sessions that the next one finds open.
            worker.tick(0, min((one.received_at for one in events[at:reached]), default=START))
        changes = worker.begin()
        while worker.render(1):
            if more:
                worker.feed(0, records[reached : reached + 1], now=START)
                reached, more = reached + 1, more - 1
        shelf.put(changes, dies_before, late=late)
        at = min(reached, len(records))
        if dies_before:
            worker = shelf.taken_on()
            at = shelf.position.next_offset
    if in_time:
        shelf.arrive()
    worker.feed(0, records[at:], now=START)
    worker.tick(0, LATER)
    shelf.put(worker.take())
    shelf.arrive()
    worker.take_back(0, shelf.unfinished)
    shelf.put(worker.take())

    assert told([shelf.standing()]) == told(run(events))


def test_a_record_already_in_a_visitors_state_is_not_applied_again() -> None:
    # A crash between the writing of states and of the position leaves states ahead of it.
    made = pipeline()
    records = encode([event("0 view"), event("1 view")])
    made.feed(0, records, now=START)
    changes = made.take()

    shelf = Shelf()
    shelf.put(changes, dies_before="positions")
    second = shelf.taken_on()
    second.feed(0, records, now=START)

    assert not second.take().events


def test_a_record_of_a_visitor_of_whom_nothing_was_left_is_not_applied_again() -> None:
    made = pipeline()
    records = encode([event("0 view", watermark=START), import_end()])
    made.feed(0, records, now=START)
    shelf = Shelf()
    shelf.put(made.take(), dies_before="positions")

    second = shelf.taken_on()
    second.feed(0, records, now=START)
    shelf.put(second.take())

    assert [row.state for row in shelf.standing().sessions] == ["closed"]


def test_what_only_an_unfinished_checkpoint_found_is_withdrawn() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 checkout")]), now=START)
    shelf = Shelf()
    shelf.put(made.take())
    made.tick(0, START + ALLOWANCE + 60_000)
    shelf.put(made.take(), dies_before="states")
    assert [row.detector for row in shelf.standing().findings] == ["checkout_abandonment"]

    second = shelf.taken_on()
    second.feed(0, encode([event("60 buy", received_at=START + ALLOWANCE + 60_000)], 1), now=START)
    shelf.put(second.take())

    assert not shelf.standing().findings
    assert [(row.state, row.stage) for row in shelf.standing().sessions] == [("open", "bought")]


def test_what_was_left_unfinished_is_withdrawn_also_by_the_third_where_the_second_died_at_once() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 checkout")]), now=START)
    shelf = Shelf()
    shelf.put(made.take())
    made.tick(0, START + ALLOWANCE + 60_000)
    shelf.put(made.take(), dies_before="states")

    shelf.put(shelf.taken_on().take(), dies_before="sessions")
    third = shelf.taken_on()
    third.feed(0, encode([event("60 buy", received_at=START + ALLOWANCE + 60_000)], 1), now=START)
    shelf.put(third.take())

    assert not shelf.standing().findings


def test_what_another_log_closed_for_good_stands_although_its_position_was_never_written() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view", watermark=START)]), now=START)
    shelf = Shelf()
    shelf.put(made.take())
    made.feed(0, encode([event("1 view", watermark=START), import_end()], 1), now=START)
    shelf.put(made.take(), dies_before="positions")

    shelf.put(shelf.taken_on("next").take())

    assert [(row.events, row.state) for row in shelf.standing().sessions] == [(2, "closed")]


def test_what_another_log_left_unfinished_is_withdrawn_also_where_the_first_of_this_one_died_at_once() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view")]), now=START)
    shelf = Shelf()
    shelf.put(made.take(), dies_before="states")

    shelf.put(shelf.taken_on("next").take(), dies_before="sessions")
    shelf.put(shelf.taken_on("the one after").take(), dies_before="sessions")
    shelf.put(shelf.taken_on("the one after").take())

    assert not shelf.standing().sessions


def test_what_a_slow_insert_of_the_last_owner_brings_late_is_taken_back() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 checkout"), event("1 view", "ben")]), now=START)
    shelf = Shelf()
    shelf.put(made.take())
    made.tick(0, START + ALLOWANCE + 60_000)
    made.feed(0, encode([event("9000 view", "cleo")], 2), now=START)
    late = made.take()

    second = shelf.taken_on()
    shelf.put(late, dies_before="states")
    second.take_back(0, shelf.unfinished)
    shelf.put(second.take())

    assert not shelf.standing().findings
    assert sorted((row.visitor, row.state) for row in shelf.standing().sessions) == [("anna", "open"), ("ben", "open")]


def closed_too_early(late: int) -> Shelf:
    """A worker saw a checkout abandoned, was frozen while it wrote that, and brings it once others have taken on."""
    made = pipeline()
    made.feed(0, encode([event("0 checkout")]), now=START)
    shelf = Shelf()
    shelf.put(made.take())
    made.tick(0, START + ALLOWANCE + 60_000)
    shelf.put(made.take(), dies_before="sessions", late=late)
    return shelf


BOUGHT_LATE = encode([event("60 buy", received_at=START + ALLOWANCE + 60_000)], 1)


@pytest.mark.parametrize("late", [1, 2, 3])
def test_what_a_frozen_worker_brings_is_taken_back_also_where_the_next_ones_died_before_they_looked_again(
    late: int,
) -> None:
    shelf = closed_too_early(late)

    for records in (BOUGHT_LATE, [], []):
        worker = shelf.taken_on()
        worker.feed(0, records, now=START)
        shelf.put(worker.take())
    assert bool(shelf.standing().findings) == (late == 3)
    worker.take_back(0, shelf.unfinished)
    shelf.put(worker.take())

    assert not shelf.standing().findings
    assert [(row.state, row.stage) for row in shelf.standing().sessions] == [("open", "bought")]


def test_what_a_frozen_worker_brings_from_a_log_before_is_taken_back_although_that_log_went_on() -> None:
    shelf = closed_too_early(late=2)
    second = shelf.taken_on()
    second.feed(0, BOUGHT_LATE, now=START)
    shelf.put(second.take())

    third = shelf.taken_on("next")
    assert shelf.standing().findings
    third.take_back(0, shelf.unfinished)
    shelf.put(third.take())

    assert not shelf.standing().findings
    assert [(row.state, row.stage) for row in shelf.standing().sessions] == [("open", "bought")]


def test_a_later_state_of_a_visitor_does_not_stand_for_what_a_frozen_worker_brings() -> None:
    shelf = closed_too_early(late=1)
    second = shelf.taken_on()
    second.feed(0, BOUGHT_LATE, now=START)
    shelf.put(second.take(), dies_before="positions")

    shelf.put(shelf.taken_on().take())

    assert not shelf.standing().findings


def test_what_was_true_of_an_unfinished_checkpoint_stays_however_often_it_is_looked_at() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view", watermark=START), import_end()]), now=START)
    shelf = Shelf()
    shelf.put(made.take(), dies_before="positions")

    for offset in (2, 3):
        worker = shelf.taken_on()
        worker.feed(0, encode([event(f"{offset}0000 view")], offset), now=START)
        shelf.put(worker.take())
        worker.take_back(0, shelf.unfinished)
        shelf.put(worker.take())

    assert sorted(row.state for row in shelf.standing().sessions) == ["closed", "closed", "open"]


def test_a_state_that_a_slow_insert_brings_late_hides_nothing_that_was_taken_back() -> None:
    made = pipeline()
    records = encode([event("0 view")])
    made.feed(0, records, now=START)
    shelf = Shelf()
    shelf.put(made.take(), dies_before="states", late=1)
    second = shelf.taken_on()
    shelf.put(second.take())  # takes the session back, and dies before it reads the event again

    third = shelf.taken_on()
    third.feed(0, records, now=START)
    shelf.put(third.take())

    assert [(row.visitor, row.events) for row in shelf.standing().sessions] == [("anna", 1)]


def test_a_state_that_cannot_be_read_is_set_aside_and_its_visitor_begins_anew() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view"), event("1 view", "ben")]), now=START)
    changes = made.take()
    changes.states[0] = msgspec.structs.replace(changes.states[0], blob=b"\xff\x00")

    second = after_restart(changes)
    second.feed(0, encode([event("2 view"), event("3 view", "ben")], 2), now=Millis(START))

    after = second.take()
    assert [(row.reason, row.raw, row.offset < 0) for row in after.refused] == [("unreadable_state", b"\xff\x00", True)]
    assert sorted((row.visitor, row.events) for row in after.sessions) == [("anna", 1), ("ben", 2)]


def test_a_state_that_nobody_asks_for_and_cannot_be_read_is_set_aside_once() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view")]), now=START)
    changes = made.take()
    changes.states[0] = msgspec.structs.replace(changes.states[0], format=0)
    second = after_restart(changes)

    second.tick(0, LATER)
    after = second.take()

    assert [row.reason for row in after.refused] == ["unreadable_state"]
    assert [row.is_deleted for row in after.states] == [1]


def test_a_state_of_a_later_version_stops_the_worker_and_says_what_to_do() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view")]), now=START)
    changes = made.take()
    changes.states[0] = msgspec.structs.replace(changes.states[0], format=99)

    with pytest.raises(NewerState, match="Start the version that wrote them"):
        after_restart(changes)


FIRST_FORMAT = bytes.fromhex(
    "92a09199d9203038336166373131343365316139313730613234313638323364663437363130ae616e6e6120302076696577202f"
    "61aa323032332d31312d3134c2cf0000018bcfe56be8c2c29295cf0000018bcfe56800ae616e6e6120302076696577202f61a476"
    "696577a22f61c095cf0000018bcfe56be8b1616e6e61203120636c69636b2023706179a5636c69636ba081a6746172676574a423"
    "70617990"
)
"""Two acts as they were written when format 1 was new: if this no longer reads, the format needs another number."""


def test_a_state_of_the_first_format_is_still_read() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view /a"), event("1 click #pay")]), now=START)
    changes = made.take()
    (state,) = changes.states
    assert state.format == 1
    changes.states[0] = msgspec.structs.replace(state, blob=FIRST_FORMAT)

    second = after_restart(changes)
    second.feed(0, encode([event("2 buy")], 2), now=START)

    (row,) = second.take().sessions
    assert (row.events, row.path_stage, row.entry_page) == (3, ["browse", "bought"], "/a")


def test_who_a_visitor_was_in_a_state_of_before_acts_told_it_is_not_forgotten() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view /a"), event("1 click #pay")]), now=START)
    changes = made.take()
    _, sessions = msgspec.msgpack.decode(FIRST_FORMAT)
    blob = msgspec.msgpack.encode(["anna@x", sessions])
    changes.states[0] = msgspec.structs.replace(changes.states[0], blob=blob)

    second = after_restart(changes)
    second.feed(0, encode([event("2 buy")], 2), now=START)
    third = after_restart(second.take())
    third.feed(0, encode([event("3 view")], 3), now=START)

    (row,) = third.take().sessions
    assert (row.events, row.user) == (4, "anna@x")


def test_a_visitor_whose_partition_is_another_in_a_new_log_goes_on_there() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view")]), now=START)
    shelf = Shelf()
    shelf.put(made.take())

    second = shelf.taken_on("next")
    second.feed(0, encode([event("60 view")]), now=START)
    shelf.put(second.take())

    assert [row.events for row in shelf.standing().sessions] == [2]
    assert [row.log_id for row in shelf.states if not row.is_deleted] == ["next"]


def test_an_unreadable_record_is_set_aside_with_its_bytes_and_the_rest_goes_on() -> None:
    made = pipeline()
    records = [Record(0, b'{"id":'), Record(1, None), *encode([event("0 view")], 2), Record(3, b'{"id": 7}')]

    made.feed(0, records, now=START)

    changes = made.take()
    assert [(row.offset, row.reason, row.raw) for row in changes.refused] == [
        (0, "unreadable", b'{"id":'),
        (1, "unreadable", b""),
        (3, "unreadable", b'{"id": 7}'),
    ]
    assert [row.events for row in changes.sessions] == [1]
    assert changes.positions[0].next_offset == 4


def test_the_position_comes_with_every_change_and_only_then() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view")]), now=START)

    assert [row.next_offset for row in made.take().positions] == [1]
    assert not made.take().positions


def test_versions_grow_from_one_log_to_the_next() -> None:
    made = pipeline()
    made.feed(0, encode([event(f"{at} view") for at in range(9)]), now=START)
    (before,) = made.take().sessions

    fresh = pipeline(position=new_log())
    fresh.feed(0, encode([event("0 view")]), now=START)
    (after,) = fresh.take().sessions

    assert after.version > before.version


def new_log() -> PositionRow:
    """The position at which the next log begins."""
    [claimed] = claim([start()], "next", [0], 1, "second")
    return claimed.position


def test_what_is_written_before_the_first_record_of_a_new_log_does_not_swallow_that_record() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view")]), now=START)
    open_state = made.take().states
    second = pipeline(position=new_log(), states=open_state)
    second.tick(0, START + 2_400_000)  # the session closes, and is written before any record came
    closed_state = second.take().states

    third = pipeline(position=new_log(), states=closed_state)
    third.feed(0, encode([event("60 view", received_at=START + 2_400_000)]), now=START)

    assert [row.events for row in third.take().sessions] == [2]


def test_an_import_that_broke_off_with_its_log_is_over_after_a_while() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 checkout", watermark=START)]), now=START)
    states = made.take().states
    second = pipeline(position=new_log(), states=states)

    second.tick(0, START)
    second.tick(0, START + ALLOWANCE + 1)

    (row,) = second.take().sessions
    assert row.state == "closed"


def test_a_visitor_whose_sessions_are_settled_is_forgotten() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view", watermark=START), import_end()]), now=START)

    (state,) = made.take().states

    assert state.is_deleted


def test_projects_do_not_mix() -> None:
    made = pipeline()

    made.feed(0, encode([event("0 view", project="one"), event("1 view", project="two")]), now=START)

    assert sorted((row.project, row.events) for row in made.take().sessions) == [("one", 1), ("two", 1)]


def test_a_visitor_is_hashed_as_kafkas_own_clients_do() -> None:
    # org.apache.kafka.common.utils.UtilsTest: murmur2("foobar") = -790332482, made positive by & 0x7fffffff.
    assert key_hash("foobar") == -790332482 & 0x7FFFFFFF
