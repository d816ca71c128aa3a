"""What is refused as a row: whose it is, what is kept, and that writing it again changes nothing."""

import msgspec

from services.core.event import Millis
from services.core.refusal import BY_WORKER, Reason, RefusedEvent, reason_named
from services.core.refusal_row import Place, row_of_topic
from tests.core.build import START, Record, encode, event, pipeline

PLACE = Place("cluster/topic", 3, 17)
NOW = Millis(START)
LONG = b'{"a":"\xc3\xa9"}\xff' * 4_000
REFUSED = RefusedEvent(
    project="shop", reason="clock", detail="too old", raw=LONG, refused_ms=NOW - 5, size=len(LONG), skew=40
)


def test_a_record_of_the_topic_becomes_the_same_row_whenever_it_is_read() -> None:
    value = msgspec.json.encode(REFUSED)

    first, again = (row_of_topic(PLACE, value, Millis(NOW + later)) for later in (0, 60_000))

    assert first == again
    assert (first.log_id, first.partition, first.offset) == ("cluster/topic", 3, 17)
    assert (first.project, first.reason, first.raw, first.skew) == ("shop", "clock", REFUSED.raw, 40)


def test_a_record_of_the_topic_that_nobody_can_read_is_kept_and_belongs_to_nobody() -> None:
    row = row_of_topic(PLACE, LONG, NOW)

    assert (row.project, row.reason, row.raw, row.size) == ("", Reason.UNREADABLE, LONG, len(LONG))


def test_a_record_that_claims_the_future_was_refused_now() -> None:
    ahead = msgspec.structs.replace(REFUSED, refused_ms=NOW + 10**12)

    assert row_of_topic(PLACE, msgspec.json.encode(ahead), NOW).refused_at == NOW


def test_what_a_worker_cannot_apply_is_answered_with_its_project_where_it_names_one() -> None:
    fed = pipeline()
    good = encode([event("0 view")])[0].value

    refused = fed.feed(0, [Record(0, b"\xff"), Record(1, good), Record(2, b'{"project":"shop"}')], NOW)

    assert [(row.offset, row.project, row.reason) for row in refused] == [
        (0, "", Reason.UNREADABLE),
        (2, "shop", Reason.UNREADABLE),
    ]
    assert list(fed.take().refused) == list(refused)


def test_every_reason_says_what_happened_and_what_to_do() -> None:
    for reason in Reason:
        assert reason.meaning.endswith(".")
        assert reason.remedy.endswith(".")
        assert reason_named(reason.value) is reason
    assert set(Reason) >= BY_WORKER
    assert reason_named("of another version") is None
