"""The lines of a trend: sessions told apart by one thing, also within those of a breakdown."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.api.question import Asked
from services.api.scope import apart_by


@dataclass(frozen=True)
class Lines:
    """Sessions told apart, and the words by which SQL finds in a `cell` of what part and of what line it is."""

    asked: Asked
    words: Mapping[str, str]
    fragments: Mapping[str, str] = field(default_factory=dict)
    by_one: bool = True
    """Whether they are told apart by one thing only."""

    def as_one(self) -> "Lines":
        """All of them in one line."""
        return replace(self, words={**self.words, "of_line": "''"})


def lines_of(asked: Asked, by: str) -> Lines:
    """A line for each value of `by`, or one for all where it is empty."""
    if not asked.scope.apart:
        return Lines(asked.told_apart_by(by), {"of_part": "''", "of_line": "cell"})
    if not by:
        return Lines(asked, {"of_part": "cell", "of_line": "''"})
    line = apart_by(asked.scope, by)
    both = {"part": f"({asked.scope.part}, {line.part})", "of_part": "cell.1", "of_line": "cell.2"}
    return Lines(asked, both, line.fragments, by_one=False)
