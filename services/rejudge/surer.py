"""How sure another journey is of the jobs of sessions that stay: a label follows from the rules that spoke."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.core.counterparts import Counterparts
from services.core.journey import Journey
from services.core.relabelling import Confidences
from services.edges.history import Archive, labels

AT_ONCE = 500
"""Sets of rules named in one request, which must fit into an address; a journey's sessions show some hundreds."""


def pieces(rules: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at a time as a request can name."""
    return (rules[start : start + AT_ONCE] for start in range(0, len(rules), AT_ONCE))


class Surer:
    """The confidences that are other than they stand."""

    def __init__(self, archive: Archive, asked: Mapping[str, Any], journey: Journey, same: Counterparts) -> None:
        """`asked` names the project, the first day (`since`), and the version of the journey before."""
        confidences = Confidences(journey, same)
        self._unseen = confidences.unseen
        self._now: dict[str, float] = {}
        for rules, job, confidence in labels(archive, asked):
            now = confidences.of(rules, job)
            if now is not None and now != confidence:
                self._now[rules] = now

    def asks(self) -> Iterator[dict[str, Any]]:
        """What to restamp sessions with: those of some sets of rules after each other, at last all that are left."""
        *others, last = list(pieces(list(self._now))) or [[]]
        for rules in (*others, last):
            # Where no rule spoke, too: the database takes no empty list.
            told = {"": self._unseen} | {one: self._now[one] for one in rules}
            yield {"rules": list(told), "confidences": list(told.values()), "all": rules is last}
