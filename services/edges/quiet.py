"""Keeps a library that repeats itself while a broker is away from filling the log."""

import logging
import time

REPEAT_SECONDS = 10.0


class _Sparing(logging.Filter):
    """Lets one and the same message of a logger through once in ten seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[object, ...], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        # By the message before its arguments: those hold addresses and errors that vary while the cause does not.
        kind = record.exc_info[0] if record.exc_info else None
        said, now = (record.name, record.msg, kind), time.monotonic()
        if now - self._last.get(said, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return False
        self._last[said] = now
        return True


_SPARING = _Sparing()


def quieten(*names: str) -> None:
    """Name the loggers themselves: a filter on a parent does not see what its children say."""
    for name in names:
        logging.getLogger(name).addFilter(_SPARING)
