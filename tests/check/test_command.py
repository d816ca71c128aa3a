"""`desireline check` and `desireline schema` as typed."""

import json
from pathlib import Path

import pytest

from services.check.command import schema_text
from tests.installation import desireline

ROOT = Path(__file__).parent.parent.parent
VISITS = Path(__file__).parent / "visits"


def test_a_ready_made_journey_is_checked_by_its_name_and_tried_on_visits() -> None:
    done = desireline("check", "shop", "--against", VISITS / "shop.ndjson")

    assert done.returncode == 0, done.stderr
    assert "Journey shop, version" in done.stdout
    for words in ("30 events of 6 visitors make 6 sessions.", "Furthest stage", "Jobs assigned", "newsletter_popup"):
        assert words in done.stdout
    assert "gift/1 ← page /gifts/for-mum" in done.stdout
    assert "bought/1 ← Order Completed /thanks" in done.stdout
    assert "cost_surprise in checkout.payment, total grew from 80 to 92" in done.stdout


def test_all_of_it_as_json() -> None:
    done = desireline("check", "shop", "--against", VISITS / "shop.ndjson", "--json")

    told = json.loads(done.stdout)
    assert (told["journey"], told["events"], len(told["sessions"])) == ("shop", 30, 6)
    assert told["sessions"][0]["reasons"][0] == {
        "rule": "buy/1", "event": "buyer-4", "name": "Product Added /p/7", "occurred_at": "2026-03-02T08:00:30.000Z"
    }  # fmt: skip
    assert told["sessions"][0]["path_reasons"][-1]["rule"] == "bought/1"
    assert {one["job"]: one["done"] for one in told["jobs"]}["gift"] == 1


def test_a_stage_that_is_never_entered_is_named_with_what_takes_its_events(tmp_path: Path) -> None:
    file = tmp_path / "desireline.yaml"
    stages = ["{name: look, enter: {event: Viewed}}", "{name: buy, enter: {event: [Viewed, Bought]}}"]
    file.write_text(f"journey: shop\nstages: [{', '.join(stages)}]\n")

    done = desireline("check", file)

    assert done.returncode == 0, done.stderr
    said = "never entered: look, since what meets its rules also enters buy, and the furthest counts"
    assert said in done.stdout


def test_lines_that_are_no_events_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "visits.ndjson"
    file.write_text('{"event": "x"}\n[markup]\n')

    done = desireline("check", "shop", "--against", file)

    assert done.returncode == 0, done.stderr
    assert "2 lines left out" in done.stdout
    assert "line 2: " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["shopp"], "There is no ready-made journey 'shopp'; there are bookings, public_service, saas, shop."),
        (["nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["shop", "--against", "nowhere.ndjson"], "nowhere.ndjson: No such file"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(arguments: list[str], said: str) -> None:
    done = desireline("check", *arguments)

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_schema_prints_what_is_shipped() -> None:
    shipped = (ROOT / "docs" / "journey.schema.json").read_text()

    assert shipped == schema_text(), "write it anew: uv run desireline schema > docs/journey.schema.json"
    assert desireline("schema").stdout == shipped


@pytest.mark.parametrize("file", [*(ROOT / "services" / "journeys").glob("*.yaml")], ids=lambda file: file.name)
def test_an_editor_finds_the_schema_of_a_ready_made_journey(file: Path) -> None:
    first = file.read_text().splitlines()[0]

    assert first.startswith("# yaml-language-server: $schema=")
    assert (file.parent / first.partition("=")[2]).resolve() == ROOT / "docs" / "journey.schema.json"
