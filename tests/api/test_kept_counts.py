"""Counts of sessions that are kept by day: never other than what the rows say, whatever happened to these."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.api import kept_counts
from services.api.period import Period
from services.api.question import Asked
from services.api.questions import funnel
from services.api.questions.freshness import ask_freshness, from_millis
from services.api.questions.funnel import FunnelQuestion, ask_funnel
from services.api.questions.trends import TrendsQuestion, ask_trends
from services.api.scope import scope_of
from services.core.rows import ForgottenRow, SessionRow
from services.edges.clickhouse import Store, StoreRefused
from tests.api.conftest import Ask
from tests.api.shop import DAY, JOURNEY, fill, moment, session, text
from tests.stores import empty

WHOLE = {"from_": text(0), "to": text(9 * DAY)}
DAYS = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"]
WAYS = ["browse", "browse basket", "browse basket bought", "browse checkout.payment"]


@pytest.fixture(autouse=True)
def _always_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_counts, "FEWEST", 0)
    monkeypatch.setattr(kept_counts, "ROWS_A_COUNT", 0)


def kept(store: Store) -> dict[tuple[str, str], int]:
    """How many sessions are kept counted, by what tells them apart and day."""
    rows = store.query(
        "SELECT apart_by, toString(opened_on) AS day, arraySum(sessions) AS n FROM session_counts FINAL ORDER BY 1, 2"
    )
    return {(row["apart_by"], row["day"]): row["n"] for row in rows}


def days(*numbers: int, **given: Any) -> list[SessionRow]:
    """A session on each of these days."""
    return [session(f"{day * DAY + 60} browse, {day * DAY + 69} basket", **given) for day in numbers]


def entered(answer: Any) -> int:
    return int(answer["steps"][0]["entered"])


def converted(answer: Any) -> int:
    return int(answer["steps"][0]["converted"])


def test_a_day_that_is_over_is_counted_once_for_all_who_ask(store: Store, ask: Ask) -> None:
    fill(store, days(0, 0, 1, 2))

    answers = [ask("/v1/funnel", **WHOLE) for _ in range(2)]

    assert [entered(one) for one in answers] == [4, 4]
    assert kept(store) == {("", "2026-01-01"): 2, ("", "2026-01-02"): 1}  # on the third, people still come


def test_what_is_kept_is_what_is_told_of(store: Store, ask: Ask) -> None:
    fill(store, days(0, 1, 2))
    ask("/v1/funnel", **WHOLE)
    change(store, "ALTER TABLE session_counts UPDATE sessions = [7] WHERE opened_on = '2026-01-01'")

    answer = ask("/v1/funnel", **WHOLE)

    assert entered(answer) == 9


def test_sessions_that_come_late_or_are_withdrawn_change_a_day_that_was_counted(store: Store, ask: Ask) -> None:
    fill(store, sessions := days(0, 0, 0, 1, 2))
    ask("/v1/funnel", **WHOLE)

    store.insert("sessions", [*days(0, 1), gone(sessions[0])])
    answer = ask("/v1/funnel", **WHOLE)

    assert entered(answer) == 6
    assert kept(store) == {("", "2026-01-01"): 3, ("", "2026-01-02"): 2}


def test_counts_that_no_longer_hold_are_no_part_of_a_period_that_begins_within_their_day(
    store: Store, ask: Ask
) -> None:
    fill(store, days(0, 1, 2))
    ask("/v1/funnel", **WHOLE)

    store.insert("sessions", [session("45000 browse")])
    answer = ask("/v1/funnel", from_=text(900), to=text(9 * DAY))

    assert entered(answer) == 3
    assert kept(store) == {("", "2026-01-01"): 1, ("", "2026-01-02"): 1}


def test_counts_are_kept_by_the_column_that_is_asked_for(store: Store, ask: Ask) -> None:
    fill(store, [*days(0, 0, 1, job="gift", device="mobile"), *days(0, 2, job="replace", device="tablet")])

    by_job = ask("/v1/funnel", breakdown="job", **WHOLE)["breakdown"]
    on_mobile = ask("/v1/funnel", device="mobile", **WHOLE)
    on_mobile_by_job = ask("/v1/funnel", device="mobile", breakdown="job", **WHOLE)["breakdown"]
    by_both = ask("/v1/funnel", device="tablet", job="replace", **WHOLE)
    ask("/v1/funnel", visitors="new", **WHOLE)

    assert {one["value"]: one["steps"][0]["entered"] for one in by_job} == {"gift": 3, "replace": 2}
    assert entered(on_mobile) == 3
    assert [(one["value"], entered(one)) for one in on_mobile_by_job] == [("gift", 3)]
    assert entered(by_both) == 2
    assert {apart_by for apart_by, _ in kept(store)} == {"job", "device", "device,job"}


@pytest.mark.parametrize(
    ("metric", "by"),
    [("conversion", "job"), ("drop_offs", "device"), ("sessions", ""), ("success", ""), ("success", "job")],
)
def test_trends_are_the_same_of_counts_as_of_rows(
    store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch, metric: str, by: str
) -> None:
    rows = [session(f"{n * 3_000} browse, {n * 3_000 + 9} {['basket', 'bought'][n % 2]}") for n in range(80)]
    for n, row in enumerate(rows):
        row.job, row.device = ["gift", "unassigned", ""][n % 3], "abcd"[n % 4]
        row.state, row.outcome_at = ["closed", "open"][n % 5 == 0], moment(9) if n % 7 == 0 else row.outcome_at
    fill(store, rows)
    asked = {"metric": metric, "at": "basket", "tz": "Asia/Kathmandu", **WHOLE, **({"by": by} if by else {})}

    told = ask("/v1/trends", **asked)["points"]
    monkeypatch.setattr(kept_counts, "FEWEST", 10**9)

    assert told == ask("/v1/trends", **asked)["points"]
    assert told


def test_a_quarter_of_an_hour_in_which_the_period_begins_is_counted_by_its_rows(store: Store, ask: Ask) -> None:
    fill(store, [session(f"{seconds} browse") for seconds in (899, 900, 901, 5_000, DAY + 5, DAY + 6, 2 * DAY)])

    numbers = [
        entered(ask("/v1/funnel", from_=text(since), to=text(until)))
        for since, until in [(0, 3 * DAY), (900, 3 * DAY), (901, 3 * DAY), (901, DAY + 6), (902, DAY + 5)]
    ]

    assert numbers == [7, 6, 5, 3, 1]


def test_counts_know_when_people_entered_a_funnel_after_they_came(store: Store, ask: Ask) -> None:
    late = 50 * 60
    fill(store, [session(f"{late} browse, {late + pause} basket, {late + 2_000} bought") for pause in (60, 601, 1_200)])
    fill(store, days(2))

    answer = ask("/v1/funnel", steps="basket,bought", trend="hour", **WHOLE)

    assert kept(store) == {("", "2026-01-01"): 3}
    assert [(one["value"], entered(one)) for one in answer["trend"]] == [
        ("2026-01-01T00:00:00+0000", 1), ("2026-01-01T01:00:00+0000", 2), ("2026-01-03T00:00:00+0000", 1),
    ]  # fmt: skip


def test_of_a_day_with_as_many_counts_as_rows_none_are_kept(
    store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_counts, "ROWS_A_COUNT", 2)
    fill(store, [*days(0, 0, 0, 0, job="gift"), *days(1, 1, job="gift"), *days(1, job="replace"), *days(2)])

    answer = ask("/v1/funnel", breakdown="job", **WHOLE)
    again = ask("/v1/funnel", breakdown="job", **WHOLE)

    assert kept(store) == {("job", "2026-01-01"): 4, ("job", "2026-01-02"): 0}
    assert {one["value"]: entered(one) for one in answer["breakdown"]} == {"gift": 6, "replace": 1, "unassigned": 1}
    assert again == answer


def test_a_day_that_is_counted_as_one_is_of_a_period_only_as_a_whole(store: Store, ask: Ask) -> None:
    fill(store, [session(f"{seconds} browse", job="gift", device="mobile") for seconds in (60, 50_000, DAY, 2 * DAY)])
    asked = {"job": "gift", "device": "mobile"}

    numbers = [
        entered(ask("/v1/funnel", from_=text(since), to=text(until), **asked))
        for since, until in [(0, 9 * DAY), (0, 40_000), (40_000, 9 * DAY), (0, DAY), (DAY, 9 * DAY)]
    ]

    assert kept(store) == {("device,job", "2026-01-01"): 2, ("device,job", "2026-01-02"): 1}
    assert numbers == [4, 1, 3, 2, 2]


def test_ways_within_a_window_are_counted_once_for_all_who_ask(store: Store, ask: Ask) -> None:
    fill(store, [session(f"{n} browse, {n + pause} basket") for n, pause in ((0, 9), (20, 90), (DAY, 61), (DAY, 60))])
    fill(store, days(2))
    asked = {"steps": "browse,basket", **WHOLE}

    minute = [ask("/v1/funnel", window="60s", **asked) for _ in range(2)]
    strictly = ask("/v1/funnel", step_windows="basket:60s", order="strict", **asked)
    change(
        store, "ALTER TABLE session_counts UPDATE sessions = arrayMap(n -> 7, sessions) WHERE opened_on = '2026-01-01'"
    )
    told = ask("/v1/funnel", window="60s", **asked)

    assert [converted(one) for one in (*minute, strictly)] == [3, 3, 3]
    assert kept(store) == {(" within 60000", "2026-01-01"): 14, (" within 60000", "2026-01-02"): 2}
    assert converted(told) == 9


def test_sessions_that_lie_alike_but_for_what_is_within_a_second_are_followed_apart(store: Store, ask: Ask) -> None:
    fill(store, [session(f"0 browse, 0.5-{left} basket, 10.8 bought") for left in (0.9, 1.2)] + days(2))

    answer = ask("/v1/funnel", steps="basket,browse,bought", window="10s", **WHOLE)

    # From when it left the basket on the window is long enough, but only the first came from browsing just before.
    assert [step["entered"] for step in answer["steps"]] == [3, 2, 1]


def test_sessions_that_lie_alike_but_for_what_is_of_one_moment_are_timed_apart(store: Store, ask: Ask) -> None:
    fill(store, [session(f"0-50 browse, {at}-50.6 basket") for at in (50, 50.6)])

    answer = ask("/v1/funnel", steps="browse,basket", window="40s", **WHOLE)

    assert answer["steps"][0]["seconds"]["median"] == 0.3


def test_a_window_that_no_session_outlasts_needs_no_counts_of_its_own(store: Store, ask: Ask) -> None:
    fill(store, [session("0 browse, 90 basket"), session(f"{DAY} browse, {DAY + 60} basket"), *days(2)])
    asked = {"steps": "browse,basket", **WHOLE}
    ask("/v1/funnel", **asked)

    within = ask("/v1/funnel", window="90s", **asked)
    kinds = [{kind for kind, _ in kept(store)}]
    change(store, "ALTER TABLE session_counts UPDATE longest_ms = 90001 WHERE opened_on = '2026-01-01'")
    ask("/v1/funnel", window="90s", **asked)
    kinds.append({kind for kind, _ in kept(store)})

    assert converted(within) == 3
    assert kinds == [{""}, {"", " within 90000"}]


def test_a_session_that_comes_late_and_outlasts_a_window_is_seen(store: Store, ask: Ask) -> None:
    fill(store, days(0, 1, 2))
    ask("/v1/funnel", **WHOLE)

    store.insert("sessions", [session("0 browse, 90 basket")])
    answer = ask("/v1/funnel", steps="browse,basket", window="60s", **WHOLE)

    assert (entered(answer), converted(answer)) == (4, 3)


def test_whether_a_window_is_outlasted_is_asked_of_rows_where_no_counts_are_kept(
    store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_counts, "ROWS_A_COUNT", 9)
    fill(store, [session("0 browse, 90 basket"), *days(2)])
    ask("/v1/funnel", **WHOLE)

    answer = ask("/v1/funnel", steps="browse,basket", window="60s", **WHOLE)

    assert converted(answer) == 1


def test_of_many_windows_those_counted_longest_ago_make_room(
    store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_counts, "MOST_WITH_WINDOWS", 2)
    fill(store, [session("0 browse, 90 basket"), *days(2)])

    asked = [
        ask("/v1/funnel", steps="browse,basket", window=one, **WHOLE) for one in ("14d", "10s", "20s", "10s", "30s")
    ]

    assert [converted(one) for one in asked] == [2, 1, 1, 1, 1]
    assert {kind for kind, _ in kept(store)} == {"", " within 20000", " within 30000"}


def test_a_trend_of_very_many_hours_still_tells_of_all_sessions(store: Store, ask: Ask) -> None:
    number = 5_100  # with four steps each, more rows than an answer has
    fill(store, [session(f"{hour * 3_600} browse, {hour * 3_600 + 9} basket, {hour * 3_600 + 20} checkout.payment, "
        f"{hour * 3_600 + 30} bought") for hour in range(number)])  # fmt: skip

    answer = ask("/v1/funnel", trend="hour", from_=text(0), to=text(400 * DAY))

    assert [step["entered"] for step in answer["steps"]] == [number] * 4


def test_no_day_is_kept_that_an_end_of_the_period_lies_in(store: Store, ask: Ask) -> None:
    fill(store, days(0, 1, 2, 3))

    ask("/v1/funnel", from_=text(30), to=text(2 * DAY + 30))

    assert [day for _, day in kept(store)] == ["2026-01-02"]


def test_where_somebody_is_erased_the_counts_of_their_days_go_too(store: Store, ask: Ask) -> None:
    fill(store, [*days(0, visitor="anna"), *days(0, 1, 2)])
    ask("/v1/funnel", **WHOLE)

    store.erase([ForgottenRow(project="shop", visitor="anna", forgotten_at=moment(9 * DAY))])

    assert kept(store) == {("", "2026-01-02"): 1}
    assert entered(ask("/v1/funnel", **WHOLE)) == 3


def test_a_database_that_lets_nothing_be_kept_is_asked_for_rows(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    fill(store, days(0, 1, 2))
    asked = asked_of(store, FunnelQuestion())
    reading = replace(asked, store=ReadOnly(store.address))

    with caplog.at_level(logging.WARNING):
        answer = ask_funnel(reading, FunnelQuestion())

    assert answer.steps[0].entered == 3
    assert "Counts of sessions are not kept" in caplog.text


class ReadOnly(Store):
    """A store whose user may only read."""

    def change(self, sql: str, parameters: Any) -> None:
        raise StoreRefused("Not enough privileges.")


def change(store: Store, statement: str) -> None:
    store.change(f"{statement} SETTINGS mutations_sync = 2", {})


def asked_of(store: Store, question: Any, since: float = 0, until: float = 9 * DAY) -> Asked:
    span = Period(since=from_millis(moment(since)), until=from_millis(moment(until)))
    return Asked(store, JOURNEY, "shop", span, ask_freshness(store, "shop"), scope_of(question, question.part))


happenings = st.lists(
    st.sampled_from(["come", "come", "change", "withdraw", "erase", "again", "merge", "ask"]), min_size=3, max_size=8
)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=happenings, data=st.data())
def test_whatever_happens_to_sessions_their_counts_are_those_of_the_rows(
    store: Store, happenings: Sequence[str], data: st.DataObject
) -> None:
    empty(store, "sessions", "session_counts")
    fill(store, come := draw_sessions(data, 12))
    rows = {row.id: row for row in come}

    for happened in happenings:
        happen(store, rows, happened, data)
        tell_alike(store, data)


def happen(store: Store, rows: dict[str, SessionRow], what: str, data: st.DataObject) -> None:
    """Something happens to the shop's sessions."""
    one = data.draw(st.sampled_from(sorted(rows)))
    if what == "come":
        put(store, rows, draw_sessions(data, 3))
    elif what == "change":
        # Never begun after the day that it was opened on: what opened it stays in it.
        other = draw_sessions(data, 1, last_day=DAYS.index(rows[one].opened_on))[0]
        other.id, other.opened_on, other.visitor = one, rows[one].opened_on, rows[one].visitor
        other.version = rows[one].version + 1
        put(store, rows, [other])
    elif what == "withdraw":
        put(store, rows, [gone(rows[one])])
    elif what == "again":
        put(store, rows, [rows[one]])
    elif what == "erase":
        store.erase([ForgottenRow(project="shop", visitor=rows[one].visitor, forgotten_at=moment(99 * DAY))])
    elif what == "merge":
        store.change("OPTIMIZE TABLE sessions FINAL", {})


def put(store: Store, rows: dict[str, SessionRow], some: Sequence[SessionRow]) -> None:
    store.insert("sessions", some)
    rows |= {row.id: row for row in some}


def draw_sessions(data: st.DataObject, number: int, last_day: int = 3) -> list[SessionRow]:
    drawn = st.tuples(
        st.integers(0, last_day), st.integers(0, 95), st.sampled_from([0.4, 9, 700]), st.sampled_from([0, 0.9]),
        st.sampled_from(WAYS), st.sampled_from(["gift", ""]), st.booleans(), st.sampled_from(["mobile", "tablet"]),
    )  # fmt: skip
    return [
        session(
            walked(way, day * DAY + quarter * 900, pace, stay),
            job=job, state="open" if is_open else "closed", device=device,
        )
        for day, quarter, pace, stay, way, job, is_open, device in data.draw(
            st.lists(drawn, min_size=number, max_size=number)
        )
    ]  # fmt: skip


def walked(way: str, at: float, pace: float, stay: float) -> str:
    """A session's way from then on: so many seconds from place to place, of which it stays that share in each."""
    ats = [at + pace * n for n, _ in enumerate(way.split())]
    return ", ".join(f"{one}-{one + pace * stay} {place}" for one, place in zip(ats, way.split(), strict=True))


def tell_alike(store: Store, data: st.DataObject) -> None:
    """A question is answered of counts as it is of rows."""
    since = data.draw(st.sampled_from([0, 0, DAY, 40_000]))
    until = data.draw(st.sampled_from([9 * DAY, 3 * DAY, 3 * DAY + 500]))
    tell_funnels_alike(store, data.draw(st.sampled_from(FUNNELS)), since, until)
    question = TrendsQuestion(metric="sessions", bucket="hour", by=data.draw(st.sampled_from([None, "job"])))
    asked = asked_of(store, question, since, until)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_counts, "FEWEST", 10**9)
        by_rows = ask_trends(asked, question)

    assert ask_trends(asked, question) == by_rows


FUNNELS: list[dict[str, Any]] = [
    {},
    {"order": "strict", "breakdown": "job"},
    {"order": "any", "steps": "basket,browse", "job": "gift"},
    {"exclude": "basket", "steps": "browse,bought", "trend": "hour"},
    {"optional": "basket", "steps": "browse,basket,bought", "trend": "day", "job": "gift"},
    {"steps": "basket,bought", "trend": "hour", "tz": "Asia/Kathmandu"},
    {"order": "strict", "steps": "browse,checkout.payment", "trend": "week"},
    {"job": "gift", "device": "mobile"},
    {"device": "tablet", "breakdown": "job", "exclude": "checkout", "steps": "browse,bought"},
    {"job": "gift", "device": "mobile", "trend": "day"},
    {"window": "2d", "breakdown": "device"},
    {"window": "10s"},
    {"window": "1s", "steps": "basket,browse"},
    {"window": "131s", "order": "strict", "breakdown": "job"},
    {"window": "650s", "step_windows": "bought:70s", "steps": "browse,basket,bought"},
    {"window": "650s", "order": "any", "breakdown": "job", "device": "mobile"},
    {"step_windows": "basket:100s", "steps": "browse,basket,bought", "optional": "basket"},
    {"window": "650s", "exclude": "checkout", "steps": "browse,basket", "trend": "hour", "tz": "Asia/Kathmandu"},
]


@pytest.mark.parametrize("given", FUNNELS, ids=str)
def test_any_funnel_is_that_of_the_rows_whatever_happened_to_these(store: Store, given: dict[str, Any]) -> None:
    come = [
        session(
            walked(WAYS[n % 4], n * 4_000, [0.4, 9, 60, 130, 600, 700, 0.9][n % 7], [0, 0.9][n // 4 % 2]),
            job=["gift", "replace"][n // 4 % 2], device=["mobile", "tablet"][n // 8 % 2], visitor=f"v{n}",
        )
        for n in range(80)
    ]  # fmt: skip
    changed, *first, late = come
    fill(store, first)
    tell_funnels_alike(store, given, 0, 9 * DAY)

    was, twice = first[26], come[14]
    changed.id, changed.opened_on, changed.visitor, changed.version = was.id, was.opened_on, was.visitor, 2
    for rows in [[late], [twice, changed, *(gone(first[n]) for n in (1, 10, 19))]]:
        store.insert("sessions", rows)
        tell_funnels_alike(store, given, 0, 9 * DAY)
    store.erase([ForgottenRow(project="shop", visitor="v6", forgotten_at=moment(99 * DAY))])
    tell_funnels_alike(store, given, 0, 9 * DAY)


def gone(was: SessionRow) -> SessionRow:
    """A session as it is withdrawn."""
    return SessionRow(project="shop", id=was.id, opened_on=was.opened_on, visitor=was.visitor, partition=0,
        version=was.version + 1, is_deleted=1)  # fmt: skip


def tell_funnels_alike(store: Store, given: dict[str, Any], since: float, until: float) -> None:
    """A funnel is the same of counts as where each session is followed by itself."""
    question = FunnelQuestion(**given)
    asked = replace(asked_of(store, question, since, until), tz=given.get("tz", "UTC"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(funnel, "shape_of", partial(funnel.shape_of, one_by_one=True))
        followed = ask_funnel(asked, question)

    assert ask_funnel(asked, question) == followed
