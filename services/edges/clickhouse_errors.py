"""What can go wrong with the store, in two kinds: try again later, or mend something first.

ClickHouse's hundreds of codes are translated here and nowhere else.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from clickhouse_connect.driver.exceptions import ClickHouseError, Error, OperationalError

PASSING_CODES = frozenset(
    {
        198,  # DNS_ERROR
        202,  # TOO_MANY_SIMULTANEOUS_QUERIES
        203,  # NO_FREE_CONNECTION
        209,  # SOCKET_TIMEOUT
        210,  # NETWORK_ERROR
        236,  # ABORTED
        242,  # TABLE_IS_READ_ONLY
        252,  # TOO_MANY_PARTS
        279,  # ALL_CONNECTION_TRIES_FAILED
        394,  # QUERY_WAS_CANCELLED
        425,  # SYSTEM_ERROR
        439,  # CANNOT_SCHEDULE_TASK
        999,  # KEEPER_EXCEPTION
    }
)
SPENT_CODES = frozenset(
    {
        159,  # TIMEOUT_EXCEEDED
        160,  # TOO_SLOW
        241,  # MEMORY_LIMIT_EXCEEDED
    }
)
DISK_CODES = frozenset(
    {
        75,  # CANNOT_WRITE_TO_FILE_DESCRIPTOR
        76,  # CANNOT_OPEN_FILE
        243,  # NOT_ENOUGH_SPACE
    }
)


CONTENT_CODES = frozenset(
    {
        6,  # CANNOT_PARSE_TEXT
        26,  # CANNOT_PARSE_QUOTED_STRING
        27,  # CANNOT_PARSE_INPUT_ASSERTION_FAILED
        33,  # CANNOT_READ_ALL_DATA
        41,  # CANNOT_PARSE_DATETIME
        72,  # CANNOT_PARSE_NUMBER
        117,  # INCORRECT_DATA: a key that stands twice in one object, for one
    }
)


class StoreError(Exception):
    """Something the store could not do."""


class StoreUnavailable(StoreError):
    """The store cannot be had at the moment: nothing is wrong with the request, try it again."""


class StoreSpent(StoreUnavailable):
    """What was asked took all the time or memory that it may take: it may do with less to read, or at a calmer time."""


class StoreRefused(StoreError):
    """The store will not do this however often it is asked."""


class RowsRefused(StoreRefused):
    """At least one of the rows is none that the table can hold; the others would have been taken."""


@contextmanager
def translated(tried: str) -> Iterator[None]:
    """Turn the driver's errors into ours; `tried` completes the sentence "Could not …" and names the database."""
    try:
        yield
    except ClickHouseError as error:
        raise as_store_error(error, tried) from error


def as_store_error(error: ClickHouseError, tried: str) -> StoreError:
    """The kind of error this is, with a sentence that says what to do."""
    code = error.code if isinstance(error, Error) else None
    reason = str(error).strip()
    if code in DISK_CODES or "No space left on device" in reason:
        return StoreUnavailable(f"Could not {tried}: the database cannot write. Is its disk full? ({reason})")
    if code in SPENT_CODES:
        return StoreSpent(f"Could not {tried} within the time and memory that it may take: {reason}")
    if code in PASSING_CODES:
        return StoreUnavailable(f"Could not {tried} now: {reason}")
    if code is None and isinstance(error, OperationalError):
        return StoreUnavailable(f"Could not {tried}: ClickHouse does not answer. Is it running? ({reason})")
    kind = RowsRefused if code in CONTENT_CODES else StoreRefused
    return kind(f"Could not {tried}: {reason}")
