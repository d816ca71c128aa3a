"""The command line itself: what it says when something is wrong, and that its help is quick."""

import time
from pathlib import Path

import pytest

from tests.installation import desireline

GOOD = """\
journey: shop
stages:
  - {name: browse, enter: {event: Product Viewed}, steps: [{name: look, enter: {path: /a}}]}
"""
NO_CLICKHOUSE = {"DESIRELINE_CLICKHOUSE": "http://127.0.0.1:1/default"}


def test_help_names_every_command_and_is_quick() -> None:
    began = time.monotonic()
    done = desireline("--help")

    assert done.returncode == 0
    for command in ("up", "demo", "replay", "ingest", "stages", "api", "check", "schema", "migrate", "keys"):
        assert f" {command} " in done.stdout
    assert time.monotonic() - began < 5


def test_check_tells_what_a_good_journey_file_means(tmp_path: Path) -> None:
    file = tmp_path / "desireline.yaml"
    file.write_text(GOOD)

    done = desireline("check", file)

    assert done.returncode == 0, done.stderr
    assert "Journey shop, version" in done.stdout
    assert "browse · look" in done.stdout


def test_check_names_file_line_and_key_of_every_mistake(tmp_path: Path) -> None:
    file = tmp_path / "desireline.yaml"
    file.write_text(GOOD + "sessions: {inactivity: 30}\ncolour: red\n")

    done = desireline("check", file)

    assert done.returncode == 1
    assert f"{file}:4: sessions.inactivity: 30 is not a duration" in done.stderr
    assert f"{file}:5: colour: unknown key" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "environment", "said"),
    [
        ("ingest", {"DESIRELINE_KAFKA": "127.0.0.1:1"}, "Kafka at 127.0.0.1:1 could not be reached"),
        ("api", NO_CLICKHOUSE, "ClickHouse does not answer. Is it running?"),
        ("stages", NO_CLICKHOUSE, "ClickHouse does not answer. Is it running?"),
        ("migrate", NO_CLICKHOUSE, "ClickHouse does not answer."),
        ("ingest", {"DESIRELINE_PORT": "many"}, "DESIRELINE_PORT: Input should be a valid integer"),
    ],
)
def test_what_cannot_be_reached_or_used_is_said_in_a_sentence(
    tmp_path: Path, command: str, environment: dict[str, str], said: str
) -> None:
    given = {"DESIRELINE_PORT": "0", "DESIRELINE_DATA_DIR": str(tmp_path)} | environment

    done = desireline(command, **given)

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_keys_are_shown_when_they_are_made_and_never_again(tmp_path: Path) -> None:
    secret = desireline("keys", "create", "read", "--data", tmp_path).stdout.strip()

    listed = desireline("keys", "list", "--data", tmp_path).stdout

    assert secret.startswith("rk_")
    assert secret not in listed
    assert "read  default  sha256" in listed


def test_a_kind_of_key_that_there_is_not_is_named(tmp_path: Path) -> None:
    done = desireline("keys", "create", "golden", "--data", tmp_path)

    assert done.returncode == 2
    assert "none of write, read, admin" in done.stderr
