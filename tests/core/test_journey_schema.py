"""The journey file's JSON Schema: what an editor knows of it is what the product checks."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from services.core.journey import journey_schema
from tests.core.build import SHOP

ROOT = Path(__file__).parent.parent.parent
FILES = [
    *(Path(str(entry)) for entry in files("services.journeys").iterdir() if entry.name.endswith(".yaml")),
    ROOT / "services" / "demo" / "shop.yaml",
]
VALIDATOR = Draft202012Validator(journey_schema())


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(journey_schema())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_ready_made_journeys_fit_it(file: Path) -> None:
    assert not list(VALIDATOR.iter_errors(yaml.safe_load(file.read_text())))


@pytest.mark.parametrize(
    "mistake",
    [
        {"stages": []},
        {"colour": "red"},
        {"sessions": {"inactivity": 30}},
        {"friction": {"rage_clik": {}}},
        {"friction": {"rage_click": {"clicks": 1}}},
        {"stages": [{"name": "a", "enter": {"event": "x"}, "friction": {"loop": {"within": 3}}}]},
        {"jobs": [{"name": "gift", "want": "x"}]},
        {"stages": [{"name": "a", "enter": "Product Viewed"}]},
        {"stages": [{"name": "a", "enter": {"where": {"q": ["x"]}}}]},
    ],
)
def test_an_editor_sees_the_mistakes_too(mistake: dict[str, Any]) -> None:
    assert list(VALIDATOR.iter_errors({**SHOP, **mistake}))


def test_what_may_be_written_short_may_be_so_in_an_editor() -> None:
    short = {"event": "x", "where": {"q": "gift", "n": 3, "b": True, "c": {"in": ["a", 1]}}}

    assert not list(VALIDATOR.iter_errors({**SHOP, "stages": [{"name": "a", "enter": short}]}))


def test_every_key_is_explained() -> None:
    assert not [key for key, node in keys(journey_schema()) if not node.get("description") and "$ref" not in node]


def keys(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key there is, with what the schema says of it."""
    for name, part in [("", schema), *schema["$defs"].items()]:
        for key, node in part.get("properties", {}).items():
            yield f"{name}.{key}", node


def test_a_duration_is_explained_as_it_is_written() -> None:
    assert journey_schema()["$defs"]["detector_rage_click"]["properties"]["within"]["default"] == "1s"
