"""Taking many more moves to a stage than it needs."""

import msgspec
from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold, Run
from services.core.plan import Place

LOOKING_AROUND = frozenset({"browse", "basket"})
MOST_EVIDENCE = 20


class _Way(msgspec.Struct, gc=False):
    moves: int = 0
    arrivals: int = 0  # on pages, when the last place was entered
    seen: set[int] = set()  # orders of the places for looking around that were counted
    furthest: int = -1  # number of the furthest stage
    detours: list[str] = []


class ExcessSteps(Detector):
    """The person gets there, but on a way so long that most would not have.

    Found on entering a stage for the first time after more than twice the moves of the shortest way to it (Heap calls
    a like figure effort). A move is another page, or another stage or step; those before the first stage do not count,
    and a stage for looking around (role `browse` or `basket`) counts once however long the visitor stays or comes back.
    The shortest way is the stage's `shortest_path`, or the job's at its outcome, in moves; where neither is given, one
    for each stage and step of the journey up to there.
    Misfires: where a stage takes several pages that are no steps of the journey file; give it a `shortest_path`.
    """

    factor: float = Field(2.0, gt=1, description="How many times the shortest way is still fine.")

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """Count the moves since the place before, and hold them against the shortest way."""
        place = fold.runs[-1].place
        way: _Way | None = fold.memory.get(self.name)
        if way is None:
            way = fold.memory[self.name] = _Way()
        self._count(way, act, fold, left)
        if place.stage_number <= way.furthest:
            if left is not None and len(way.detours) < MOST_EVIDENCE:
                way.detours.append(act.id)
            return None
        way.furthest = place.stage_number
        shortest = _shortest(act, fold)
        if way.moves <= self.factor * shortest:
            return None
        return Finding(
            detector=self.name,
            cause_id=act.id,
            stage=place.stage,
            step=place.step,
            page="",
            occurred_at=act.occurred_at,
            severity=NOTICEABLE,
            cost_steps=way.moves - shortest,
            cause=f"{way.moves} moves where {shortest} are enough",
            evidence=(*way.detours, act.id),
        )

    def _count(self, way: _Way, act: Act, fold: Fold, left: Run | None) -> None:
        place = fold.runs[-1].place
        arrives = bool(act.path) and act.path != fold.page
        arrivals = fold.arrivals + arrives  # this one belongs to the entry
        if left is not None and left.place.role not in LOOKING_AROUND:
            way.moves += arrivals - arrives - way.arrivals
        way.arrivals = arrivals
        if not _is_looked_around(place) or place.order not in way.seen:
            way.moves += 1
            way.seen.add(place.order)


def _is_looked_around(place: Place) -> bool:
    return place.role in LOOKING_AROUND


def _shortest(act: Act, fold: Fold) -> int:
    """Moves of the shortest way to the place just entered."""
    book = fold.book
    number = book.jobs.index(fold.label.job) if fold.label.job in book.jobs else -1
    if fold.outcomes.get(number, (0, ""))[1] == act.id and (given := book.shortest_paths[number]):
        return given
    return fold.runs[-1].place.shortest_path
