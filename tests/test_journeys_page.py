"""docs/journeys.md shows journey files that are ones, and leaves no key out."""

import re
from pathlib import Path

import pytest

from services.core.journey import journey_schema
from services.edges.journey_file import parse

PAGE = (Path(__file__).parent.parent / "docs" / "journeys.md").read_text()
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PARTS = ("Circumstance", "Condition", "Evidence", "Job", "Learned", "Matcher", "Stage", "Step")


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_is_a_journey_file(text: str) -> None:
    assert parse(text, "example").stages


def test_every_key_is_on_the_page() -> None:
    schema = journey_schema()
    keys = {key for part in (schema, *(schema["$defs"][name] for name in PARTS)) for key in part["properties"]}

    assert not sorted(key for key in keys if not re.search(rf"\b{key}\b", PAGE))
