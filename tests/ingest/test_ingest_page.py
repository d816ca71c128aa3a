"""docs/ingest.md names every reason, every term, and what they are where nobody says otherwise."""

from pathlib import Path

import pytest

from services.core.refusal import BY_WORKER, IN_MASSES, Reason
from services.core.terms import USUAL, Terms
from services.ingest import guard
from services.ingest.body import BATCH_CALLS
from services.ingest.recent import IDS

PAGE = (Path(__file__).parents[2] / "docs" / "ingest.md").read_text()


@pytest.mark.parametrize("reason", sorted(set(Reason) - BY_WORKER))
def test_every_reason_of_ingest_has_its_row(reason: Reason) -> None:
    rows = [row for row in PAGE.splitlines() if row.startswith("|") and f"`{reason}`" in row]

    assert rows
    assert (reason in IN_MASSES) == any("`dropped`" in row or "| 403 |" in row or "429" in row for row in rows)


@pytest.mark.parametrize("term", Terms.__struct_fields__)
def test_every_term_has_its_row_with_what_it_usually_is(term: str) -> None:
    usual = getattr(USUAL, term)
    [row] = [row for row in PAGE.splitlines() if row.startswith(f"| `{term}`") or f", `{term}` |" in row[:24]]

    assert (f"{usual:,.0f}" if isinstance(usual, float | int) else str(usual or "any")) in row


@pytest.mark.parametrize("limit", [BATCH_CALLS, IDS, guard.DEPTH, guard.KEYS, guard.KEY_LETTERS, guard.ID_LETTERS])
def test_the_limits_are_those_that_hold(limit: int) -> None:
    assert f"{limit:,}" in PAGE
