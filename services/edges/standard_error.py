"""Where logs go: standard error, except that what cannot be written there ends nothing.

It may be a file on the very disk that is full; what is then worth saying must not stop the work it is about.
"""

import io
import sys
from contextlib import suppress


class StandardError(io.TextIOBase):
    """Writes to standard error as long as that can be written."""

    def write(self, text: str) -> int:
        with suppress(OSError):  # there is nowhere left to say it
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()
