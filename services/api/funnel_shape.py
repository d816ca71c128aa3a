"""How a funnel is worked out, of the journey or of any events: by which SQL, and whose times are looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.api.funnel_terms import SAID_BY_EVENTS
from services.api.question import Asked, Row
from services.api.sql import fragment
from services.api.window import NO_WINDOWS, Windows

MOST_TIMED = 500_000
"""Sessions whose times are looked at. Of more, a share of this size has a median within 0.6 percentiles of that of all,
wherever 75,000 of the share went on (3 standard errors of a share, 3 · √(0.25 / 75,000)): docs/adr/0011."""


def share_timed(sessions: int) -> float:
    """Of so many sessions in question, the share whose times are looked at."""
    return min(MOST_TIMED / sessions, 1) if sessions else 1


@dataclass(frozen=True)
class Shape:
    """How a funnel is worked out: the SQL fragments that it takes, and their parameters."""

    fragments: Mapping[str, str]
    parameters: Mapping[str, object]
    part: str
    words: Mapping[str, str] = field(default_factory=dict)
    by_path: bool = False
    """Whether sessions that took the same way are followed as one."""
    windows: Windows = NO_WINDOWS
    """Which windows may bind: one does where any session outlasts it."""
    by_path_said: bool = False
    """The same as `by_path` of those in which events said the same at each place, where no window binds."""

    def rows(self, asked: Asked, question: str, **more: object) -> list[Row]:
        """Run a question's SQL in this shape."""
        return asked.told_apart_by(self.part).rows(question, self.fragments, self.words, **self.parameters, **more)

    def rows_of_ways(
        self,
        asked: Asked,
        question: str,
        sessions: int,
        fragments: Mapping[str, str],
        words: Mapping[str, str],
        **more: object,
    ) -> list[Row]:
        """Run the SQL of a question that follows ways, of so many sessions of which no more than a share is timed."""
        share = share_timed(sessions)
        words = {
            "between": fragment("nothing_between") if self.parameters["order"] == "strict" else "",
            "timed": fragment("timed_share") if share < 1 else "",
            **words,
        }
        shape = replace(self, words={**self.words, **words}, fragments={**self.fragments, **fragments})
        return shape.rows(asked, question, timed_below=f"{int(share * 16**8):08x}", **more)


def said_by_events(by: str) -> str:
    """What an event says of what units are told apart by, '' where it says nothing, as SQL."""
    return fragment(f"said_of_{by}").strip() if by in SAID_BY_EVENTS else "''"
