"""A visitor at a glance."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.edges.clickhouse import Store
from tests.api.conftest import Ask, Client
from tests.api.shop import DAY, finding, moment, session, text
from tests.api.test_open_jobs import WITH_JOBS

READ = {"Authorization": "Bearer rk_shop"}


def put(store: Store, *rows: object, findings: object = ()) -> None:
    store.save_journey(WITH_JOBS.version, WITH_JOBS.document())
    store.insert("sessions", list(rows))  # type: ignore[arg-type]  # sessions
    store.insert("findings", list(findings))  # type: ignore[call-overload]  # findings


def test_a_person_is_shown_with_devices_jobs_friction_and_sessions(store: Store, ask: Ask) -> None:
    phone = session("0 browse, 60 basket", id="first", visitor="phone", job="gift", device="mobile", country="NO")
    later = session(
        f"{DAY} browse", id="later", visitor="phone", user="anna", job="return", device="mobile", country="NO"
    )
    laptop = session(
        f"{2 * DAY} basket, {2 * DAY + 60} bought", id="last", visitor="laptop", user="anna", job="gift",
        device="desktop", value=20.0, currency="EUR", outcome_at=moment(2 * DAY + 60),
    )  # fmt: skip
    other = session(f"{20 * DAY} browse", id="other", visitor="ben")
    found = [finding(phone, "rage_click", "basket", 50), finding(laptop, "rage_click", "basket", 2 * DAY + 5)]
    put(store, phone, later, laptop, other, findings=[*found, finding(other, "loop", "browse", 20 * DAY)])

    answer = ask("/v1/visitors/anna")

    assert (answer["person"], answer["identified"], answer["visitors"]) == ("anna", True, ["laptop", "phone"])
    assert (answer["first_seen"], answer["last_seen"]) == ("2026-01-01T00:00:00Z", "2026-01-03T00:01:00Z")
    assert (answer["sessions"], answer["done"], answer["countries"]) == (3, 1, ["NO"])
    assert [(one["visitor"], one["device"], one["sessions"]) for one in answer["devices"]] == [
        ("laptop", "desktop", 1), ("phone", "mobile", 2),
    ]  # fmt: skip
    assert [(one["job"], one["fate"], one["sessions"]) for one in answer["jobs"]] == [
        ("return", "abandoned", ["later"]), ("gift", "continued_later", ["first", "last"]),
    ]  # fmt: skip
    assert [(one["detector"], one["findings"], one["last_session"]) for one in answer["friction"]] == [
        ("rage_click", 2, "last"),
    ]  # fmt: skip
    assert [one["href"] for one in answer["latest"]] == [
        "/v1/sessions/last",
        "/v1/sessions/later",
        "/v1/sessions/first",
    ]
    assert ask("/v1/visitors/phone") == answer | {"id": "phone"}


def test_who_is_not_identified_is_the_visitor_and_what_was_taken_back_is_no_friction(store: Store, ask: Ask) -> None:
    left = session("0-30 browse, 60 basket", visitor="ben", ended_at=moment(90))
    back = session(f"{DAY} basket, {DAY + 60} bought", visitor="ben")
    put(store, left, back, findings=[
        finding(left, "cart_abandonment", "basket", 60), finding(left, "loop", "browse", 20),
        finding(back, "loop", "basket", DAY + 5), finding(back, "backslide", "basket", DAY + 5, intended=True),
    ])  # fmt: skip

    answer = ask("/v1/visitors/ben")

    assert (answer["person"], answer["identified"], answer["countries"]) == ("ben", False, [])
    assert [(one["detector"], one["findings"], one["meant"], one["last_session"]) for one in answer["friction"]] == [
        ("loop", 2, 0, back.id), ("backslide", 0, 1, back.id),
    ]  # fmt: skip


def test_who_is_seen_is_seen_until_their_last_event(store: Store, ask: Ask) -> None:
    put(store, session("0-30 browse", visitor="ben", ended_at=moment(90)))

    assert ask("/v1/visitors/ben")["last_seen"] == "2026-01-01T00:01:30Z"


def test_the_links_lead_to_what_they_say(store: Store, client: Client, ask: Ask) -> None:
    put(store, session("0 browse", id="a/b", visitor="an?na & co"))

    answer = ask("/v1/visitors/an%3Fna%20%26%20co")

    (link,) = answer["links"].values()
    assert [one["id"] for one in client.get(link, headers=READ).json()["sessions"]] == ["a/b"]


def test_nobody_of_that_id_is_a_404_problem(store: Store, client: Client) -> None:
    put(store, session("0 browse", visitor="somebody"))

    response = client.get("/v1/visitors/nobody", headers=READ)

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (404, "/path/id")


VISITS = st.lists(
    st.tuples(
        st.integers(0, 30), st.sampled_from(["gift", "return", ""]), st.sampled_from(["browse", "basket", "bought"]),
        st.booleans(), st.sampled_from(["phone", "laptop"]),
    ),
    min_size=1, max_size=8, unique_by=lambda one: one[0],
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(visits=VISITS)
def test_ones_jobs_are_those_that_the_ledger_of_all_counts(
    store: Store, ask: Ask, visits: list[tuple[int, str, str, bool, str]]
) -> None:
    store.empty("sessions")
    rows = [
        session(
            f"{day * DAY} browse, {day * DAY + 60} {stage}", visitor=device, user="anna", job=job,
            outcome_at=moment(day * DAY + 60) if done and job else 0,
        )
        for day, job, stage, done, device in visits
    ]  # fmt: skip
    put(store, *rows, session(f"{33 * DAY} browse", visitor="somebody else"))

    mine = ask("/v1/visitors/anna")["jobs"]
    all_ = ask("/v1/open-jobs", from_=text(0), to=text(40 * DAY))["jobs"]

    fates = ("done_at_once", "continued_later", "done_elsewhere", "open", "abandoned")
    counted = {(one["job"], fate): one[fate] for one in all_ for fate in fates if one[fate]}
    assert Counter((one["job"], one["fate"]) for one in mine) == counted
