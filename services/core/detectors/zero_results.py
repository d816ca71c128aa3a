"""Searching and not finding."""

from typing import ClassVar

import msgspec
from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold, Run
from services.core.matcher import Names

MOST_EVIDENCE = 100


class _Search(msgspec.Struct, gc=False):
    """Searches since a result was last opened; `queries` counts those that differ from the one before."""

    first: Act
    stage: str
    step: str
    query: str = ""
    queries: int = 0
    empty: str | None = None  # the query that found nothing
    evidence: list[str] = []


class ZeroResults(Detector):
    """The person says in their own words what they want, and the shop has no answer.

    Found for a search that says it has no results, and for one refined three times or more without anything of it
    being opened. A zero needs no other; three is ours: once and twice are how people narrow down. Searches up to the
    next opened result, or the next stage, are one finding.
    Misfires: where results are useful without being opened (opening hours, a price). Refining is seen only where
    searches carry the query.
    """

    waits: ClassVar[bool] = True

    searches: Names = Field(
        ("Products Searched", "search", "view_search_results"),
        description="Events of a search; the same query twice in a row is one.",
    )
    opens: Names = Field(
        ("Product Clicked", "Product Viewed", "Product Added", "select_item", "view_item", "add_to_cart"),
        description="Events that show that a result was opened.",
    )
    counts: Names = Field(
        ("results", "results_count", "result_count", "number_of_results", "num_results", "total_results"),
        description="Properties that say how many results a search has.",
    )
    queries: Names = Field(("query", "search_term"), description="Properties with what was searched for.")
    refinements: int = Field(3, ge=1, description="Fewest refinements without an opened result.")

    @property
    def hears(self) -> frozenset[str]:
        return frozenset(self.searches)

    @property
    def notices(self) -> frozenset[str]:
        return frozenset(self.opens)

    @property
    def reads(self) -> frozenset[str]:
        return frozenset(self.counts + self.queries)

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Carry the search on, or end it."""
        if act.name not in self.searches:
            fold.memory.pop(self.name, None)
            return None
        search: _Search | None = fold.memory.get(self.name)
        if search is None:
            search = fold.memory[self.name] = _Search(act, *fold.where)
        self._take(search, act)
        refined = search.queries - 1
        if search.empty is None and refined < self.refinements:
            return None
        return Finding(
            detector=self.name,
            cause_id=search.first.id,
            stage=search.stage,
            step=search.step,
            page=search.first.path or fold.page,
            occurred_at=search.first.occurred_at,
            severity=NOTICEABLE,
            cost_seconds=(act.occurred_at - search.first.occurred_at) / 1000,
            cost_steps=max(refined, 0),
            cause=f"refined {refined} times" if search.empty is None else f'nothing found for "{search.empty}"',
            evidence=tuple(search.evidence),
        )

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """Whoever comes to a further stage has found something, whatever its event is called."""
        if left is not None and fold.runs[-1].place.stage_number > left.place.stage_number:
            fold.memory.pop(self.name, None)
        return None

    def _take(self, search: _Search, act: Act) -> None:
        props = act.props or {}
        told = [act.text(name) for name in self.queries if name in props]
        query = told[0].strip().casefold() if told else ""
        if query and query != search.query:
            search.query = query
            search.queries += 1
        if search.empty is None and any(_is_none(props[name]) for name in self.counts if name in props):
            search.empty = query
        if len(search.evidence) < MOST_EVIDENCE:
            search.evidence.append(act.id)


def _is_none(count: object) -> bool:
    """Whether a count is zero; clients send numbers as text, and some the list of results itself."""
    return count in (0, "0", []) and count is not False
