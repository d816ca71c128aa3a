"""docs/privacy.md and docs/context.md name what the code does: parameters, settings, tables, values."""

from pathlib import Path

import pytest

from services.core.seen import Seen
from services.edges.erasure import WHERE
from services.ingest.query_string import CAMPAIGN, USUAL
from services.ingest.referrer import PAID_CLICKS, SOCIAL_CLICKS

DOCS = Path(__file__).parent.parent / "docs"
PRIVACY, CONTEXT = (DOCS / "privacy.md").read_text(), (DOCS / "context.md").read_text()
SETTINGS = ("QUERY_PARAMETERS", "HASH_IDS", "ID_SECRET", "ANONYMOUS", "RETENTION")


@pytest.mark.parametrize("name", sorted(CAMPAIGN | USUAL) + sorted(WHERE) + [f"DESIRELINE_{name}" for name in SETTINGS])
def test_the_page_on_privacy_names_it(name: str) -> None:
    assert f"`{name}`" in PRIVACY or f"`{name}=" in PRIVACY


@pytest.mark.parametrize("name", [*Seen._fields, *sorted(PAID_CLICKS | SOCIAL_CLICKS)])
def test_the_page_on_context_names_it(name: str) -> None:
    assert f"`{name}`" in CONTEXT
