"""Which acts make a session, and which name it keeps."""

import pytest

from services.core.event import Event, Millis
from services.core.rows import SessionRow
from tests.core.build import START, closed, encode, event, import_end, judged, pipeline, shop, standing

GAP = 30 * 60


def test_a_pause_of_exactly_thirty_minutes_does_not_end_a_session() -> None:
    sessions, _ = judged("0 view", f"{GAP} view")

    assert [row.events for row in sessions] == [2]


def test_a_pause_of_a_millisecond_more_does() -> None:
    sessions, _ = judged("0 view", f"{GAP}.001 view")

    assert [row.events for row in sessions] == [1, 1]


def test_no_session_is_longer_than_a_day() -> None:
    lines = [f"{minute * 60} view" for minute in range(0, 25 * 60, 20)]

    sessions, _ = judged(*lines)

    assert [(row.ended_at - row.started_at) / 3_600_000 for row in sessions] == [24.0, 1 / 3]


def test_two_visitors_never_share_a_session() -> None:
    made = pipeline()

    made.feed(0, encode([event("0 view", "anna"), event("1 view", "ben")]), now=START)

    sessions, _ = closed(made)
    assert sorted(row.visitor for row in sessions) == ["anna", "ben"]


def test_a_late_event_lengthens_an_open_session_at_its_beginning_and_leaves_its_name() -> None:
    made = pipeline()
    made.feed(0, encode([event("600 view")]), now=START)
    (before,) = made.take().sessions

    made.feed(0, encode([event("0 view", received_at=START + 700_000)], 1), now=START)

    (after,) = made.take().sessions
    assert (after.id, after.opened_on) == (before.id, before.opened_on)
    assert after.started_at == START


def test_a_late_event_that_bridges_two_sessions_merges_them_into_the_earlier() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view"), event("3000 view")]), now=START)
    first, second = made.take().sessions

    made.feed(0, encode([event("1500 view", received_at=START + 3_001_000)], 2), now=START)

    rows = {row.id: row for row in made.take().sessions}
    assert rows[first.id].events == 3
    assert rows[second.id].is_deleted


def test_findings_move_to_the_session_that_theirs_was_merged_into() -> None:
    made = pipeline()
    clicks = [event(f"{2000 + place / 10} click #pay") for place in range(4)]
    made.feed(0, encode([event("0 view"), *clicks]), now=START)
    before = made.take()
    assert [row.detector for row in before.findings] == ["rage_click"]

    made.feed(0, encode([event("1000 view", received_at=START + 2_100_000)], 5), now=START)

    sessions, findings = standing([before, made.take()])
    (session,) = sessions.values()
    assert [row.session_id for row in findings.values()] == [session.id]


def test_a_closed_session_is_reopened_within_the_allowance_and_what_its_end_said_is_taken_back() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 checkout")]), now=START)
    made.tick(0, Millis(START + (GAP + 300) * 1000))
    before = made.take()
    assert [row.state for row in before.sessions] == ["closed"]
    assert [row.detector for row in before.findings] == ["checkout_abandonment"]

    made.feed(0, encode([event("60 buy", received_at=START + (GAP + 300) * 1000)], 1), now=START)
    made.tick(0, Millis(START + (2 * GAP + 300) * 1000))

    sessions, findings = standing([before, made.take()])
    assert [row.stage for row in sessions.values()] == ["bought"]
    assert not findings


def test_an_event_older_than_the_allowance_makes_a_late_session_of_its_own() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view"), event("7200 view", "ben")]), now=START)

    made.feed(0, encode([event("60 view", received_at=START + 7_200_000)], 2), now=START)

    sessions, _ = closed(made)
    assert sorted((row.visitor, row.events, row.late) for row in sessions) == [
        ("anna", 1, False),
        ("anna", 1, True),
        ("ben", 1, False),
    ]


def test_late_events_that_belong_together_make_one_late_session() -> None:
    made = pipeline()
    made.feed(0, encode([event("36000 view", "ben")]), now=START)

    late = [event(f"{at} view", received_at=START + 36_000_000 + at) for at in (0, 60, 120)]
    made.feed(0, encode(late, 1), now=START)

    sessions, _ = closed(made)
    assert [(row.events, row.late) for row in sessions if row.visitor == "anna"] == [(3, True)]


def fed(*events: tuple[str, float]) -> list[SessionRow]:
    """What comes of acts that arrived at other times than they happened, as (what, seconds after the start)."""
    made = pipeline()
    for place, (line, at) in enumerate(events):
        made.feed(0, encode([event(line, received_at=Millis(START + round(at * 1000)))], place), now=START)
    return sorted((row for row in standing([made.take()])[0].values()), key=lambda row: row.started_at)


def test_a_late_event_a_whole_pause_away_joins_the_session_after_it_and_the_one_before_it() -> None:
    after = fed((f"{GAP + 10} view", GAP + 10), ("10 view", GAP + 20))
    assert [row.events for row in after] == [2]

    before = fed(("0 view", 600), (f"{2 * GAP + 1} view", 2 * GAP + 1), (f"{GAP} view", 2 * GAP + 2))
    assert [row.events for row in before] == [2, 1]


def test_a_late_event_that_moves_the_end_of_a_day_long_session_moves_the_next_ones_begin() -> None:
    lines = [f"{minute * 60} view" for minute in range(0, 25 * 60, 20)]
    in_time = [(line, float(line.split()[0])) for line in lines]

    sessions = fed(*in_time, ("-600 view", 24.7 * 3600))

    assert [row.events for row in sessions] == [73, 3]
    assert [row.started_at - START for row in sessions] == [-600_000, 86_400_000]


@pytest.mark.parametrize(("behind", "late"), [(2 * GAP, False), (2 * GAP + 1, True)])
def test_a_first_event_is_late_once_its_session_could_be_changed_no_more(behind: int, late: bool) -> None:
    made = pipeline()
    clock = 10 * GAP

    made.feed(0, encode([event(f"{clock} view", "ben")]), now=START)
    made.feed(0, encode([event(f"{clock - behind} view", received_at=START + clock * 1000)], 1), now=START)

    assert [row.late for row in made.take().sessions if row.visitor == "anna"] == [late]


@pytest.mark.parametrize(("clock", "sessions"), [(2 * GAP, [2]), (2 * GAP + 1, [1, 1])])
def test_a_session_can_be_changed_up_to_the_allowance_after_its_end(clock: float, sessions: list[int]) -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view"), event(f"{clock} view", "ben")]), now=START)

    made.feed(0, encode([event("60 view", received_at=Millis(START + round(clock * 1000)))], 2), now=START)

    assert [row.events for row in closed(made)[0] if row.visitor == "anna"] == sessions


def test_a_session_that_was_changed_can_be_changed_again_for_as_long_after_that() -> None:
    made = pipeline()
    made.feed(0, encode([event("0 view"), event(f"{1.5 * GAP} view", "ben")]), now=START)

    for place, at in enumerate((1.5 * GAP, 3 * GAP), 2):
        late = event(f"{place} view", received_at=Millis(START + round(at * 1000)))
        made.feed(0, encode([event(f"{at} view", "ben"), late], 2 * place), now=START)

    assert [row.events for row in closed(made)[0] if row.visitor == "anna"] == [3]


def test_the_same_event_twice_counts_once() -> None:
    made = pipeline()
    twice = event("0 view")

    made.feed(0, encode([twice, event("1 view"), twice]), now=START)

    changes = made.take()
    assert [row.events for row in changes.sessions] == [2]
    assert len(changes.events) == 2


def test_a_duplicate_whose_corrected_time_differs_counts_once() -> None:
    made = pipeline()

    made.feed(0, encode([event("0 view", id="a"), event("0.2 view", id="a")]), now=START)

    assert [row.events for row in made.take().sessions] == [1]


def test_equal_times_are_ordered_by_event_id_whichever_came_first() -> None:
    forth = [event("0 view", id="a"), event("0 add", id="b")]
    results = []
    for order in (forth, forth[::-1]):
        made = pipeline()
        made.feed(0, encode(order), now=START)
        (row,) = made.take().sessions
        results.append((row.path_stage, row.path_event))

    assert results[0] == results[1] == (["browse", "basket"], ["a", "b"])


def test_an_import_of_old_events_gives_the_sessions_that_live_events_gave() -> None:
    lines = ["0 view", "60 checkout", "4000 view", "4100 buy"]
    live, _ = judged(*lines)
    made = pipeline()
    year = 365 * 24 * 3_600_000

    history = [event(line, watermark=event(line).occurred_at, received_at=START + year) for line in lines]
    made.feed(0, encode([*history, import_end()]), now=Millis(START + year))

    imported = made.take().sessions
    assert [(row.id, row.started_at, row.ended_at, row.path_stage, row.state) for row in imported] == [
        (row.id, row.started_at, row.ended_at, row.path_stage, row.state) for row in live
    ]
    assert not any(row.late for row in imported)


def test_a_second_import_of_older_events_is_not_late() -> None:
    made = pipeline()
    newer = event("1000000 view", watermark=START + 1_000_000_000)
    older = event("0 view", watermark=START)

    made.feed(0, encode([newer, import_end(), older, import_end()]), now=START)

    assert [row.late for row in made.take().sessions] == [False, False]


MIDNIGHT = (START // 86_400_000 + 1) * 86_400_000
TO_MIDNIGHT = (MIDNIGHT - START) // 1000


def test_neither_midnight_nor_another_campaign_splits_a_session() -> None:
    sessions = split_by(
        {}, event(f"{TO_MIDNIGHT - 60} view", seen=came("spring")), event(f"{TO_MIDNIGHT + 60} view", seen=came("mail"))
    )

    assert [row.events for row in sessions] == [2]


def test_midnight_splits_a_session_where_the_journey_says_so() -> None:
    lines = [
        f"{TO_MIDNIGHT - 60} view",
        f"{TO_MIDNIGHT - 0.001} view",
        f"{TO_MIDNIGHT} view",
        f"{TO_MIDNIGHT + 60} add",
    ]

    sessions = split_by({"split_at_midnight": True}, *map(event, lines))

    assert [(row.started_at, row.ended_at, row.stage) for row in sessions] == [
        (MIDNIGHT - 60_000, MIDNIGHT - 1, "browse"),
        (MIDNIGHT, MIDNIGHT + 60_000, "basket"),
    ]


def test_midnight_is_that_of_the_journeys_time_zone() -> None:
    lines = [f"{TO_MIDNIGHT - 3660} view", f"{TO_MIDNIGHT - 3540} view"]

    sessions = split_by({"split_at_midnight": True}, *map(event, lines), time_zone="Europe/Berlin")

    assert [row.events for row in sessions] == [1, 1]


def test_another_campaign_splits_a_session_where_the_journey_says_so() -> None:
    events = [
        event(f"{place} view", id=f"{place}", seen=came(name))
        for place, name in enumerate(["", "spring", "", "spring", "mail", "", "spring"])
    ]

    sessions = split_by({"split_on_campaign_change": True}, *events)

    assert [(row.campaign, row.events) for row in sessions] == [("", 1), ("spring", 3), ("mail", 2), ("spring", 1)]


def test_a_late_act_before_midnight_leaves_the_names_of_both_sessions() -> None:
    made = pipeline(shop(sessions={"split_at_midnight": True}))
    made.feed(0, encode([event(f"{TO_MIDNIGHT - 60} view"), event(f"{TO_MIDNIGHT + 60} view")]), now=START)
    before = made.take()

    late = event(f"{TO_MIDNIGHT - 30} view", received_at=Millis(MIDNIGHT + 90_000))
    made.feed(0, encode([late], 2), now=START)

    sessions, _ = standing([before, made.take()])
    assert [(row.id, row.events) for row in sessions.values()] == [
        (old.id, events) for old, events in zip(before.sessions, (2, 1), strict=True)
    ]


def came(campaign: str) -> str:
    return f"desktop|Firefox|Linux||||{'email' if campaign else ''}|{campaign}"


def split_by(rules: dict[str, bool], *events: Event, time_zone: str = "UTC") -> list[SessionRow]:
    made = pipeline(shop(sessions=rules, time_zone=time_zone))
    made.feed(0, encode(events), now=START)
    return sorted(closed(made)[0], key=lambda row: row.started_at)
