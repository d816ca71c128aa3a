"""One file, from its first byte to the end of the import: read, put in order, sent, and said what became of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from services.replay.files import RecordedFile
from services.replay.lines import Broken, file_hash
from services.replay.mapping import Converter, Mapping
from services.replay.message import Outgoing, Target
from services.replay.ordering import Numbered, TimeOrder
from services.replay.progress import Finished, Problem, Progress, Reading, Sending
from services.replay.sender import Outcome, Sender
from services.replay.times import TimeUnit

_READ_EVERY = 5_000  # rows between two reports
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Replay:
    """What to replay: a file, and which column of it is what."""

    path: str  # of the file, absolute
    mapping: Mapping
    time_unit: TimeUnit | None = None

    async def run(self, target: Callable[[], Target], tell: Callable[[Progress], None]) -> None:
        """Read the whole file, then send it. Raises MappingError, SendError or OSError with a sentence."""
        with TimeOrder() as order:
            reader = _Reader(self, tell)
            reader.read_into(order)
            where = target()
            started = perf_counter()
            outcome = await send_history(order.in_order(), order.count, where, tell)
        tell(
            Finished(
                acknowledged=outcome.acknowledged,
                broken=reader.broken,
                refused=outcome.refused,
                problems=(reader.problems + [_problem(example) for example in outcome.examples])[:_SHOWN],
                seconds=perf_counter() - started,
                since=reader.since,
                until=reader.until,
            )
        )


async def send_history(
    events: Iterable[Outgoing], total: int, target: Target, tell: Callable[[Progress], None]
) -> Outcome:
    """Send events in the order of time, and say that the import is over. Raises SendError."""

    def acknowledged(outcome: Outcome) -> None:
        tell(Sending(outcome.acknowledged + outcome.refused, total))

    async with Sender(target, on_acknowledged=acknowledged) as sender:
        await sender.send(events)
        await sender.end_import()
    return sender.outcome


class _Reader:
    """Reads the file into the order of time and counts what is broken."""

    def __init__(self, replay: Replay, tell: Callable[[Progress], None]) -> None:
        self.broken = 0
        self.problems: list[Problem] = []
        self.since = self.until = 0
        self._replay = replay
        self._tell = tell

    def read_into(self, order: TimeOrder) -> None:
        replay = self._replay
        path = Path(replay.path)
        file = RecordedFile(path, replay.mapping)
        converter = Converter(replay.mapping, file_hash(path), replay.time_unit)
        for count, row in enumerate(file.rows()):
            if count % _READ_EVERY == 0:
                self._tell(Reading(file.done, file.size))
            if isinstance(row, Broken):
                self._set_aside(row)
                continue
            try:
                at, visitor, body = converter.convert(row.line, row.cells)
            except ValueError as error:
                self._set_aside(Broken(row.line, str(error)))
                continue
            order.add(Numbered(at, row.line, visitor, body))
            self.since = min(self.since or at, at)
            self.until = max(self.until, at)
        self._tell(Reading(file.size, file.size))

    def _set_aside(self, broken: Broken) -> None:
        self.broken += 1
        if len(self.problems) < _SHOWN:
            self.problems.append(Problem(f"line {broken.line}", broken.reason))


def _problem(example: dict[str, str]) -> Problem:
    return Problem(f"refused: {example['body'][:120]}", f"{example['reason']}: {example['detail']}")
