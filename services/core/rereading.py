"""Whether an event means something else under another journey, as far as its name and page tell.

Of two journeys most rules are the same in the same order. Only an event that one of the others may be about is looked
at closer: which of the rules it enters a place by, which speak for a job or say that it is done, which page it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple, TypeAlias

from services.core.counterparts import Counterparts
from services.core.journey import Journey
from services.core.matcher import Matcher
from services.core.page import PAGE_CLASSES
from services.core.rulebook import Rulebook
from services.core.weighing import Weighing

Names: TypeAlias = Mapping[str, str]
"""What is called how in the later journey."""


class _Rule(NamedTuple):
    name: str  # in the later journey
    matcher: Matcher


_Answers: TypeAlias = list[tuple[str, Matcher | None]]
"""Rules that hold, with those that hang on properties and what they ask of them."""

_Rules: TypeAlias = tuple[list[_Rule], list[_Rule], list[_Rule]]
"""By which places are entered, the furthest first; what speaks for a job, as it is numbered; all others."""


class Rereading:
    """One journey's rules held against those before."""

    def __init__(self, before: Journey, after: Journey, same: Counterparts) -> None:
        places, spoken, jobs = ({name: name for name in of.values()} for of in (same.places, same.rules, same.jobs))
        self._before = _rules(before, "gone ", same.places, same.rules, same.jobs)
        self._after = _rules(after, "new ", places, spoken | _new(after, spoken), jobs)
        self._apart = [
            rule.matcher
            for old, new in zip(self._before, self._after, strict=True)
            for rule in _apart(old, new)
        ]  # fmt: skip
        self._touched: dict[tuple[str, str], bool] = {}

    @property
    def is_other(self) -> bool:
        """Whether any event may mean something else."""
        return bool(self._apart)

    def touches(self, name: str, path: str) -> bool:
        """Whether such an event may mean something else now, whatever its properties are."""
        touched = self._touched.get((name, path))
        if touched is None:
            may = any(one.matches(name, path, None) is not False for one in self._apart)
            touched = self._touched[name, path] = may and self._is_other(name, path)
        return touched

    def _is_other(self, name: str, path: str) -> bool:
        (was_entered, *was), (entered, *now) = (
            [_answers(of, name, path) for of in rules] for rules in (self._before, self._after)
        )
        return was != now or _up_to_certain(was_entered) != _up_to_certain(entered)


def _answers(rules: Sequence[_Rule], name: str, path: str) -> _Answers:
    answers = ((rule, rule.matcher.matches(name, path, None)) for rule in rules)
    return [(rule.name, None if answer else rule.matcher) for rule, answer in answers if answer is not False]


def _up_to_certain(entered: _Answers) -> _Answers:
    """One event enters one place: of those behind the first that it surely enters none matters."""
    certain = next((number for number, (_, asks) in enumerate(entered, 1) if asks is None), len(entered))
    return entered[:certain]


def _rules(journey: Journey, alone: str, places: Names, spoken: Names, jobs: Names) -> _Rules:
    """The rules of a journey that tell of its events, by the names that they have in the later one.

    `alone` stands before the name of what the other journey has not. What spoke for a job and is gone, labels tell
    (services.core.relabelling). That a job is done, only those see whose job it is; who has one that the other journey
    has not, labels tell, too; but where the journey ends in a purchase, any outcome is an end.
    """
    book = Rulebook(journey)
    ways = sorted(book.ways_in(), key=lambda one: -one[0].order)
    entries = [
        _Rule(f"{places.get(place.name, alone + place.name)}/{rule.partition('/')[2]}", matcher)
        for place, rule, matcher in ways
    ]
    numbered = ((book.weighing.names[number], matcher) for number, matcher in book.weighing.evidence)
    evidence = [_Rule(spoken[name], matcher) for name, matcher in numbered if name in spoken]
    done = [
        _Rule(jobs.get(job.name, alone + job.name), job.outcome)
        for job in journey.jobs
        if job.outcome is not None and (job.name in jobs or book.ends_in_purchase)
    ]
    pages = [_Rule(one, journey.pages.matcher(one)) for one in PAGE_CLASSES]
    # The order of these says nothing: a session keeps when each job was first done.
    return entries, evidence, sorted(done) + pages


def _new(journey: Journey, spoken: Names) -> dict[str, str]:
    """What speaks for a job in the later journey only."""
    return {name: name for name in Weighing(journey).names if name not in spoken}


def _apart(old: Sequence[_Rule], new: Sequence[_Rule]) -> Iterator[_Rule]:
    """Rules that are not in both, or not in the same order among all others."""
    was, now = ([(rule.name, rule.matcher.model_dump_json()) for rule in rules] for rules in (old, new))
    kept = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    stays_old = {one for block in kept for one in range(block.a, block.a + block.size)}
    stays_new = {one for block in kept for one in range(block.b, block.b + block.size)}
    yield from (rule for number, rule in enumerate(old) if number not in stays_old)
    yield from (rule for number, rule in enumerate(new) if number not in stays_new)
