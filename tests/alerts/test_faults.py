"""One fault that many cells feel, in simulated shops: one incident, by the right name."""

from collections.abc import Sequence
from itertools import groupby

import pytest

from services.alerts.faults import Tally, tallies
from services.core.spikes.judgement import Direction
from services.core.spikes.rules import AlertRules


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_fault_that_many_cells_feel_is_one_incident_that_names_what_is_at_fault(direction: Direction) -> None:
    told = tallies(4, AlertRules(direction=direction).demand(), seed=4)

    kinds: dict[str, Sequence[Tally]] = {kind: list(some) for kind, some in groupby(told, key=lambda one: one.kind)}
    assert len(kinds) == 5
    for kind, some in kinds.items():
        found = sum(tally.found for tally in some)
        assert found >= 9, kind
        assert sum(tally.one for tally in some) >= 0.9 * found, kind
        assert sum(tally.right for tally in some) >= 0.7 * found, kind
