"""What a sending process tells the process that shows it: one JSON line each on its standard output."""

import sys

import msgspec


class Reading(msgspec.Struct, tag=True):
    """The file is being read: `done` of `size` bytes."""

    done: int
    size: int


class Sending(msgspec.Struct, tag=True):
    """Events are on their way: `done` of `total` acknowledged; `total` is 0 where it is not known."""

    done: int
    total: int


class Problem(msgspec.Struct):
    """One line or event that did not make it, and why."""

    where: str
    reason: str


class Finished(msgspec.Struct, tag=True):
    """Everything is acknowledged. `broken` and `refused` count what could not be used; `problems` shows the first."""

    acknowledged: int
    broken: int
    refused: int
    problems: list[Problem]
    seconds: float
    since: int = 0  # the first event's time in milliseconds, 0 where there was none
    until: int = 0


class Failed(msgspec.Struct, tag=True):
    """Nothing more will come; `sentence` says why and what to do."""

    sentence: str


Progress = Reading | Sending | Finished | Failed

_ENCODER = msgspec.json.Encoder()
decode = msgspec.json.Decoder(Progress).decode


def tell(progress: Progress) -> None:
    """Write one line for the process that shows it."""
    sys.stdout.buffer.write(_ENCODER.encode(progress) + b"\n")
    sys.stdout.buffer.flush()
