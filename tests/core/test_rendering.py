"""What stands in a row: every field is what it is called, though rows are made of values in their order."""

import msgspec

from services.core.event import Millis
from services.core.key_hash import key_hash
from services.core.rows import FindingRow, SessionRow, StateRow
from services.core.seen import Seen, text_of
from services.core.stored import STATE_FORMAT
from tests.core.build import START, encode, event, import_end, pipeline, shop

JOURNEY = shop(
    currency="USD",
    intended=["checkout.address"],
    jobs=[
        {
            "name": "gift",
            "when": "a birthday comes",
            "want": "to choose well",
            "so_that": "they are glad",
            "evidence": [{"match": {"event": "view"}, "weight": 9}],
        }
    ],
)
SEEN = Seen("mobile", "Firefox", "Android", "search", "AT", "mail", "cpc", "spring", "gclid")
LINES = [
    "0 page /home",
    "1 view /a",
    "2 view /b",
    "3 add /cart price=19.5",
    "4 page /checkout/address",
    "5 page /login",
    "6 look",
    "7 page /bye",
]


def told() -> tuple[SessionRow, list[FindingRow], StateRow]:
    """The session, findings and state of somebody of the past who left before the checkout was done."""
    made = pipeline(JOURNEY)
    acts = [event(line, id=f"e{number}", seen=text_of(SEEN), user="Anna A.") for number, line in enumerate(LINES)]
    past = [msgspec.structs.replace(one, watermark=one.occurred_at) for one in acts]
    made.feed(0, encode([*past, import_end()]), Millis(START))
    changes = made.take()
    [session], [state] = changes.sessions, changes.states
    return session, changes.findings, state


def test_each_field_of_a_session_is_what_it_is_called() -> None:
    session, _, state = told()

    assert session == SessionRow(
        project="shop",
        opened_on="2023-11-14",
        id=session.id,
        partition=0,
        version=state.version,
        visitor="anna",
        user="Anna A.",
        started_at=START,
        ended_at=START + 7_000,
        state="closed",
        late=False,
        historical=True,
        events=8,
        pages=7,
        entry_page="/home",
        exit_page="/bye",
        **SEEN._asdict(),
        stage="checkout",
        step="address",
        path_stage=["browse", "basket", "checkout"],
        path_step=["", "", "address"],
        path_started_at=[START + 1_000, START + 3_000, START + 4_000],
        path_ended_at=[START + 2_000, START + 3_000, START + 4_000],
        path_event=["e1", "e3", "e4"],
        path_rule=["browse/1", "basket/1", "checkout.address/1"],
        job="gift",
        job_confidence=session.job_confidence,
        job_evidence=["e1"],
        job_rules=["gift/1"],
        job_changes=["unassigned"],
        value=19.5,
        currency="USD",
        journey_version=JOURNEY.version,
    )


def test_each_field_of_a_finding_is_what_it_is_called() -> None:
    session, findings, state = told()

    [wall] = [one for one in findings if one.detector == "account_wall"]
    assert wall == FindingRow(
        project="shop",
        opened_on="2023-11-14",
        session_id=session.id,
        id=wall.id,
        partition=0,
        version=state.version,
        visitor="anna",
        detector="account_wall",
        stage="checkout",
        step="address",
        page="/login",
        job="gift",
        occurred_at=START + 5_000,
        severity=3,
        cost_seconds=2.0,
        value=19.5,
        currency="USD",
        intended=True,
        evidence=wall.evidence,
        journey_version=JOURNEY.version,
    )
    assert set(wall.evidence) >= {"e5"}
    assert wall.id not in ("", session.id)


def test_each_field_of_a_state_is_what_it_is_called() -> None:
    session, _, state = told()

    assert state == StateRow(
        project="shop",
        visitor="anna",
        log_id="log",
        partition=0,
        next_offset=len(LINES) + 1,
        key_hash=key_hash("anna"),
        format=STATE_FORMAT,
        blob=b"",
        version=session.version,
        stands_for=session.version,
        due=[0, 0],
        touched=[0, 0],
        is_deleted=1,
    )
