"""What is asked of a replay on the command line, checked before anything starts."""

from pathlib import Path

from services.replay.mapping import Mapping, MappingError
from services.replay.replay import Replay
from services.replay.times import TimeUnit


def read_order(file: Path, mapping: str, time_unit: str) -> Replay:
    """Raises MappingError, or OSError where the file cannot be read."""
    with file.open("rb"):
        pass
    if time_unit and time_unit not in set(TimeUnit):
        raise MappingError(f"--time-unit: {time_unit!r} is none of {', '.join(TimeUnit)}.")
    return Replay(str(file.absolute()), Mapping.parse(mapping), TimeUnit(time_unit) if time_unit else None)
