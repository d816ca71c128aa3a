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
    seen: int = 0  # the places for looking around that were counted, as bits: each one's order
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
        _count(way, place, act, fold, left)
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


def _count(way: _Way, place: Place, act: Act, fold: Fold, left: Run | None) -> None:
    arrivals, path = fold.arrivals, act.path
    if left is not None and left.place.role not in LOOKING_AROUND:
        way.moves += arrivals - way.arrivals
    way.arrivals = arrivals + (path != "" and path != fold.page)  # that one belongs to the entry
    if place.role not in LOOKING_AROUND:
        way.moves += 1
    elif not way.seen >> place.order & 1:
        way.moves += 1
        way.seen |= 1 << place.order


def _shortest(act: Act, fold: Fold) -> int:
    """Moves of the shortest way to the place just entered."""
    book = fold.book
    number = book.jobs.index(fold.label.job) if fold.label.job in book.jobs else -1
    if fold.outcomes.get(number, (0, ""))[1] == act.id and (given := book.shortest_paths[number]):
        return given
    return fold.runs[-1].place.shortest_path
