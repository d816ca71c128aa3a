"""Jobs: what customers say of them, at the edges of what counts; friction, shortest ways, jobs that nobody came for."""

from typing import Any

import msgspec
import pytest

from services.core.event import Event
from services.core.journey import read_journey
from services.core.rows import SessionRow
from services.edges.clickhouse import Store
from tests.api.conftest import Ask
from tests.api.said import say
from tests.api.shop import DAY, JOURNEY, fill, finding, moment, session, text

ALL_TIME = {"from_": text(-DAY), "to": text(100 * DAY)}
STORY = {"when": "I am invited", "want": "find something", "so_that": "she is glad", "outcome": {"event": "Bought"}}
WITH_JOBS = read_journey(
    {
        **JOURNEY.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "jobs": [{"name": "gift", **STORY, "shortest_path": 3}, {"name": "lend", **STORY, "primary": False}],
    }
)


def done(count: int) -> list[SessionRow]:
    """Sessions of some who got it done, and of one who came much later."""
    return [
        *(
            session("0-20 browse", job="gift", outcome_at=moment(9), visitor=f"p{number}", pages=6)
            for number in range(count)
        ),
        session(f"{50 * DAY} browse", visitor="late"),
    ]


def gift(ask: Ask) -> Any:
    (found,) = [one for one in ask("/v1/jobs", **ALL_TIME)["jobs"] if one["job"] == "gift"]
    return found


def test_nine_and_ten_promote_six_and_less_do_not_and_what_is_no_score_does_not_count(store: Store, ask: Ask) -> None:
    rows = done(8)
    fill(store, rows)
    for row, score in zip(rows, ("10", "9", '"9"', "8", "7", "6", "0", "11"), strict=False):
        say(store, [row], "recommendation_stated", f'{{"score": {score}}}')

    reported = gift(ask)["reported"]

    assert reported["scored"] == 7
    assert reported["net_promoter_score"]["score"] == pytest.approx(100 * (3 - 2) / 7)


def test_partly_done_is_an_answer_and_not_yes(store: Store, ask: Ask) -> None:
    rows = done(5)
    fill(store, rows)
    for row, word in zip(rows, ('"partly"', '"Yes"', "true", '"maybe"', "false"), strict=False):
        say(store, [row], "done_stated", f'{{"done": {word}}}')

    reported = gift(ask)["reported"]

    assert (reported["asked"], reported["done"]["share"]) == (4, 0.5)


def test_only_whole_ratings_count(store: Store, ask: Ask) -> None:
    rows = done(40)
    fill(store, rows)
    say(store, rows[:30], "job_rated", '{"importance": 4, "satisfaction": 3}')
    say(store, rows[30:35], "job_rated", '{"importance": 5}')
    say(store, rows[35:40], "job_rated", '{"importance": 6, "satisfaction": 5}')

    found = gift(ask)

    assert found["reported"]["ratings"] == 30
    assert (found["opportunity"]["importance"]["score"], found["opportunity"]["satisfaction"]["score"]) == (10, 0)


def test_what_is_said_twice_counts_once_and_what_is_said_after_the_session_does_not(store: Store, ask: Ask) -> None:
    rows = done(2)
    fill(store, rows)
    at = moment(2)
    once = Event(
        id="said", project="shop", visitor="p0", type="track", name="done_stated", occurred_at=at, received_at=at,
        props=msgspec.Raw(b'{"done": true}'),
    )  # fmt: skip
    for _ in range(2):
        store.insert_lines("events", [msgspec.json.encode(once)])
    say(store, rows[1:2], "done_stated", '{"done": true}', after_ms=60_000)

    assert gift(ask)["reported"]["asked"] == 1


def test_slight_and_intended_friction_leaves_who_got_it_done_satisfied(store: Store, ask: Ask) -> None:
    rows = done(3)
    fill(store, rows, [
        finding(rows[0], "slow_page", "browse", 3, severity=1),
        finding(rows[1], "stage_stall", "browse", 3, severity=3, intended=True),
        finding(rows[2], "checkout_abandonment", "browse", 3, severity=3),
    ])  # fmt: skip

    assert gift(ask)["opportunity"]["satisfaction"]["score"] == 10


def test_the_journey_may_say_the_shortest_path_and_has_jobs_nobody_came_for(store: Store, ask: Ask) -> None:
    fill(store, done(3))
    store.save_journey(WITH_JOBS.version, WITH_JOBS.document())

    jobs = {one["job"]: one for one in ask("/v1/jobs", **ALL_TIME)["jobs"]}

    effort = jobs["gift"]["effort"]
    assert (effort["shortest_moves"], effort["shortest_from"], effort["ratio"]) == (3, "journey", 2)
    lend = jobs["lend"]
    assert (lend["attempts"], lend["primary"], lend["success"], lend["opportunity"]) == (0, False, None, None)
    assert [one["job"] for one in ask("/v1/jobs", job="gift", **ALL_TIME)["jobs"]] == ["gift"]


def test_only_what_got_done_was_done_in_several_sessions(store: Store, ask: Ask) -> None:
    tries = [session(f"{day * DAY} browse", job="gift", visitor="anna") for day in (0, 1)]
    fill(store, [*tries, *done(1)])

    found = gift(ask)

    assert (found["attempts"], found["done"], found["done_in_several"]) == (2, 1, 0)


def test_attempts_are_those_that_began_in_the_period_and_after_one_that_got_done_another_begins(
    store: Store, ask: Ask
) -> None:
    fill(store, [
        session("0 browse", job="gift", visitor="anna", outcome_at=moment(5)),
        session("9000 browse", job="gift", visitor="anna"),
        session(f"{2 * DAY} browse", job="gift", visitor="ben"),
        session(f"{2 * DAY} browse", job="gift", visitor="anna"),
    ])  # fmt: skip

    (found,) = [one for one in ask("/v1/jobs", from_=text(0), to=text(DAY))["jobs"] if one["job"] == "gift"]

    assert (found["attempts"], found["people"], found["done"]) == (2, 1, 1)


def test_what_got_done_is_worth_what_it_came_to_and_what_did_not_the_most_it_might(store: Store, ask: Ask) -> None:
    fill(store, [
        session("0 basket", job="gift", visitor="anna", value=50.0),
        session("9000 bought", job="gift", visitor="anna", value=20.0, outcome_at=moment(9000)),
        session("0 basket", job="gift", visitor="ben", value=7.0),
        session("9000 basket", job="gift", visitor="ben", value=4.0),
    ])  # fmt: skip

    assert gift(ask)["worth"] == 27
