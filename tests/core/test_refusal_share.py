"""When a worker has set aside too much of a minute."""

import pytest

from services.core.errors import TooManyRefused
from services.core.event import Millis
from services.core.refusal import Reason
from services.core.refusal_row import Place, row_of_worker
from services.core.refusal_share import LEAST, MINUTE, RefusedShare
from services.core.rows import RefusedRow

NOW = Millis(1_767_225_600_000)


def refused(count: int) -> list[RefusedRow]:
    return [
        row_of_worker(Place("log", 2, offset), b"x", Reason.FAILED, "KeyError: 'price'", NOW) for offset in range(count)
    ]


def test_one_bad_record_of_three_stops_nothing() -> None:
    share = RefusedShare(0.1)

    for second in range(300):
        share.count(3, refused(second % 9 == 0), Millis(NOW + second * 9_000))


def test_beyond_the_share_it_says_how_many_why_where_and_what_to_do() -> None:
    share = RefusedShare(0.1)
    share.count(100, [], NOW)

    with pytest.raises(TooManyRefused) as stopped:
        share.count(100, refused(21), Millis(NOW + 1))

    said = str(stopped.value)
    assert "21 of the 200 records" in said
    assert "21 failed" in said
    assert "partition 2, offset 20: failed: KeyError: 'price'" in said
    assert "DESIRELINE_MOST_REFUSED_SHARE=1" in said


def test_exactly_the_share_still_passes() -> None:
    RefusedShare(0.1).count(10 * LEAST, refused(LEAST), NOW)


def test_only_the_last_minute_counts() -> None:
    share = RefusedShare(0.1)
    share.count(LEAST, refused(LEAST - 1), NOW)

    share.count(1, refused(1), Millis(NOW + MINUTE))

    with pytest.raises(TooManyRefused):
        share.count(LEAST, refused(LEAST - 1), Millis(NOW + 2 * MINUTE - 1))


def test_good_records_of_a_minute_that_is_over_excuse_nothing() -> None:
    share = RefusedShare(0.1)
    share.count(1_000_000, [], NOW)

    with pytest.raises(TooManyRefused):
        share.count(LEAST, refused(LEAST), Millis(NOW + MINUTE))


def test_a_share_of_one_never_stops() -> None:
    RefusedShare(1.0).count(1_000, refused(1_000), NOW)
