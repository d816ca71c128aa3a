"""When a recorded event happened, however its file writes it."""

from datetime import UTC, datetime

import pytest

from services.replay.times import TimeUnit, milliseconds, rfc3339

AT = 1569888001000


@pytest.mark.parametrize(
    "written",
    [
        "2019-10-01T00:00:01Z",
        "2019-10-01T02:00:01+02:00",
        "2019-10-01 00:00:01 UTC",
        "2019-10-01 00:00:01",
        " 1569888001 ",
        "1569888001.0",
        1569888001,
        1569888001000,
        1569888001000000,
        1569888001000000000,
        datetime(2019, 10, 1, 0, 0, 1, tzinfo=UTC),
    ],
)
def test_a_moment_is_read_in_every_way_of_writing_it(written: object) -> None:
    assert milliseconds(written) == AT


def test_a_given_unit_wins_over_the_number_s_size() -> None:
    assert milliseconds("5", TimeUnit.S) == 5_000
    assert milliseconds("5000", TimeUnit.MS) == 5_000


@pytest.mark.parametrize("written", ["", "yesterday", "5", "nan", "inf", None, True, [], "1e300", -1569888001])
def test_what_is_no_moment_is_named(written: object) -> None:
    with pytest.raises(ValueError, match="time"):
        milliseconds(written)


def test_what_is_no_moment_in_a_given_unit_is_named_too() -> None:
    for written in ("nan", "inf", "1e300", -5):
        with pytest.raises(ValueError, match="time"):
            milliseconds(written, TimeUnit.S)


def test_a_time_is_written_as_it_is_read() -> None:
    assert milliseconds(rfc3339(AT + 7)) == AT + 7
