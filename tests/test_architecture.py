"""docs/architecture.md says what is true: its files exist, and an event takes eight hops at most."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def test_every_file_of_the_way_exists() -> None:
    hops = re.findall(r"^\d +(services/\S+)", PAGE, re.MULTILINE)

    assert len(hops) == 8
    assert [hop for hop in hops if not (ROOT / hop).exists()] == []


def test_every_file_of_the_core_is_named_and_exists() -> None:
    core = ROOT / "services" / "core"
    table = PAGE.partition("## Inside the core")[2].partition("## Around it")[0]
    named = set(re.findall(r"`([a-z_]+\.py)`", table))

    there = {file.name for file in core.glob("*.py")} - {"__init__.py"}

    assert named == there


def test_every_decision_is_listed_and_exists() -> None:
    listed = set(re.findall(r"adr/(\d{4}-[a-z-]+\.md)", PAGE))

    assert listed == {file.name for file in (ROOT / "docs" / "adr").glob("*.md")}
