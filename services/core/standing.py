"""Whether a session in the store stays under another journey, but for what its parts are called and how sure it is."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Any, cast

from services.core.fold import Fold
from services.core.hindsight import AT, NAME, PATH, Known, Told, last_user, meaning_of, shown
from services.core.revision import Revision
from services.core.rulebook import Rulebook
from services.core.unheard import Quiet


def stays(part: Sequence[Told], before: Known, revision: Revision) -> bool:
    """Whether nothing of it can be other. Raises msgspec.MsgspecError where an event's properties cannot be read."""
    if revision.is_whole or not _is_whole(part, before):
        return False
    if before.journey != revision.before:
        return before.journey == revision.after
    if before.is_worded or revision.relabels(before.rules):
        return False
    if revision.displaces(before.shape, before.findings.values()):
        return False
    if revision.changes_meanings and any(revision.touches(one[NAME], one[PATH]) for one in part):
        return False
    return not revision.detectors or _finds_the_same(part, before, revision)


def quiet(part: Sequence[Told], before: Known | None, revision: Revision) -> Quiet | None:
    """How to read a session of which the store tells what was found in it; None where it tells of other events."""
    if before is None or before.journey != revision.before or not _is_whole(part, before):
        return None
    return revision.unheard.where_found(before.findings.values())


def _is_whole(part: Sequence[Told], before: Known) -> bool:
    """Whether a session in the store is these events, no fewer and no more, and knows whose they are."""
    return (
        not before.late
        and before.events == len(part)
        and (before.started_at, before.ended_at) == (part[0][AT], part[-1][AT])
        and before.user == last_user(part)
    )


def _finds_the_same(part: Sequence[Told], before: Known, revision: Revision) -> bool:
    """Whether the detectors that were changed find what stands in the store. Raises msgspec.MsgspecError.

    Only for a session whose events all mean what they meant.
    """
    heard, last = revision.heard, len(part)
    if heard is not None:
        told = [one for one in part if one[NAME] in heard]
        if not before.shown and _stays_silent(told, revision.book):
            return True
        last -= sum(1 for _ in takewhile(lambda one: one[NAME] not in heard, reversed(part)))
        if not last:  # as where they are not looked for any more
            return not before.shown
    fold = Fold(revision.book, before.id)
    for one in _without_light(part[:last], fold, revision):
        plan, act = meaning_of(one, revision.book)
        fold.apply(act, plan)
    fold.close()
    stood = {id_: (*revision.same.place(stage, step), *said) for id_, (stage, step, *said) in before.shown.items()}
    return {id_: shown(one) for id_, one in fold.all_findings().items()} == stood


def _without_light(part: Sequence[Told], fold: Fold, revision: Revision) -> Iterator[Told]:
    """Events, without those of which nothing comes but that they are there; the last always."""
    weights, last = revision.weights, part[-1]
    for one in part:
        name, path = one[NAME], one[PATH]
        weight = weights.get((name, path)) or revision.weigh(name, path)
        if weight.is_light and one is not last and weight.page_classes == fold.page_classes:
            is_here = not path or (path == fold.page and not weight.is_view)
            if is_here and weight.place is None:
                continue
            run = fold.runs[-1] if fold.runs else None
            if is_here and run is not None and run.place is weight.place:
                run.ended_at = one[AT]
                continue
        yield one


class _Blank:
    """A session of which nothing is known but what detectors remember of it: none has said anything yet."""

    __slots__ = ("book", "memory")

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.memory: dict[str, Any] = {}

    def withdraw(self, detector: str, cause_id: str) -> None:
        """There is nothing to take back."""


def _stays_silent(heard: Iterable[Told], book: Rulebook) -> bool:
    """Whether detectors that only hear these events find nothing without a look at anything else of the session.

    One that does look, be it only to say where it found something, must be given the whole session.
    """
    fold = cast(Fold, _Blank(book))
    try:
        for one in heard:
            plan, act = meaning_of(one, book)
            for detector, see in plan.listeners:
                if (not detector or detector in fold.memory) and see(act, fold) is not None:
                    return False
    except (AttributeError, TypeError):
        return False
    return True
