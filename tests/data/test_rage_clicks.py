"""Rage clicks on real mouse data, held against an independent oracle."""

import json
from pathlib import Path

import pytest

from bench.rage import answered, bursts, left_clicks, on_the_desktop
from services.core.act import Act
from tests.shared_data import shared_data


@pytest.fixture(scope="module")
def folder() -> Path:
    return shared_data("balabit_clicks")


@pytest.fixture(scope="module")
def sessions(folder: Path) -> dict[str, list[Act]]:
    return left_clicks(folder)


def test_with_the_oracles_rules_every_burst_and_every_click_of_it_is_found(
    folder: Path, sessions: dict[str, list[Act]]
) -> None:
    oracle = json.loads((folder / "rage_oracle.json").read_text())
    assert sum(map(len, sessions.values())) == oracle["left_presses"]

    for expected in oracle["results"]:
        # The oracle's limits are exclusive (< 1000 ms, < 30 px), ours inclusive, and the data is in whole numbers.
        rule = {"clicks": expected["n"], "within": f"{expected['ms'] - 1}ms", "radius_px": expected["px"] - 1}
        found = list(bursts(sessions, on_the_desktop, **rule))

        assert len(found) == expected["bursts"]
        assert sum(finding.cost_steps + 1 for _, finding in found) == expected["clicks_in_bursts"]
        assert len({session for session, _ in found}) == expected["sessions_with_burst"]


def test_calm_people_are_not_called_angry_where_nobody_says_what_they_clicked(sessions: dict[str, list[Act]]) -> None:
    assert not list(bursts(sessions, dict))


def test_nor_where_the_page_says_that_every_click_was_answered(sessions: dict[str, list[Act]]) -> None:
    assert not list(bursts(sessions, answered(0)))
