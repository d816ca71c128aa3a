"""The image and the compose file hang together with the code, as far as that can be told without an engine."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from services.cli import app
from services.edges.journey_file import shipped
from services.settings import Settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SWITCH = "DESIRELINE_COMPILED"
"""Of building, not a setting."""
OURS = ("ingest", "stages", "api")
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group, since it has commands


def settings_named(names: list[str]) -> list[bool]:
    return [name.removeprefix("DESIRELINE_").lower() in Settings.model_fields for name in names]


def test_kafka_clickhouse_and_the_three_services_are_there() -> None:
    assert set(SERVICES) == {"kafka", "clickhouse", *OURS}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_service_is_on_the_one_network_and_comes_back_by_itself(name: str) -> None:
    assert SERVICES[name]["networks"] == ["desireline"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_serves_a_port_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", ["kafka", "clickhouse"])
def test_images_of_others_are_pinned_and_keep_their_data(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].partition(":")

    assert image
    assert re.fullmatch(r"\d+(\.\d+)+", tag)
    assert all(volume.partition(":")[0] in COMPOSE["volumes"] for volume in SERVICES[name]["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_commands_that_exist_with_settings_that_exist(name: str) -> None:
    service = SERVICES[name]

    assert service["command"][0] == name
    assert name in COMMANDS
    assert all(settings_named(list(service["environment"])))


@pytest.mark.parametrize("name", OURS)
def test_our_services_wait_until_what_they_need_is_healthy(name: str) -> None:
    needed = SERVICES[name]["depends_on"]

    assert needed
    assert all(how == {"condition": "service_healthy"} for how in needed.values())
    assert all("test" in SERVICES[other]["healthcheck"] for other in needed)


def test_the_addresses_given_are_those_of_the_services() -> None:
    environment = SERVICES["stages"]["environment"]
    clickhouse = SERVICES["clickhouse"]["environment"]

    assert environment["DESIRELINE_KAFKA"] == "kafka:9092"
    assert environment["DESIRELINE_CLICKHOUSE"] == (
        f"http://{clickhouse['CLICKHOUSE_USER']}:{clickhouse['CLICKHOUSE_PASSWORD']}@clickhouse:8123/"
        f"{clickhouse['CLICKHOUSE_DB']}"
    )
    assert "9092" in SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]


def test_ports_are_open_to_this_machine_only_and_do_not_meet() -> None:
    published = [port for name in OURS for port in SERVICES[name].get("ports", [])]

    assert all(port.startswith("127.0.0.1:") and port.endswith(":8080") for port in published)
    assert len({port.split(":")[1] for port in published}) == len(published) == 2


def test_the_journey_that_is_named_ships() -> None:
    assert shipped(SERVICES["stages"]["command"][-1]).stages


def test_the_image_copies_what_there_is_and_runs_as_nobody_special() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]

    assert copied
    assert all((ROOT / source).exists() for source in copied)
    assert re.search(r"^USER desireline$", DOCKERFILE, re.MULTILINE)
    assert "HEALTHCHECK" in DOCKERFILE
    assert DOCKERFILE.count("FROM python:3.12-slim-bookworm") == 2


def test_the_image_is_built_with_what_every_event_passes_through_compiled() -> None:
    assert f"{SWITCH}=1 uv sync" in DOCKERFILE
    assert f'os.environ.get("{SWITCH}"' in (ROOT / "hatch_build.py").read_text()
    assert "services.core.fold as it; assert it.__file__.endswith" in DOCKERFILE


def test_the_image_sets_settings_that_exist_and_starts_a_command_that_exists() -> None:
    assert all(settings_named(sorted({*re.findall(r"DESIRELINE_[A-Z_]+", DOCKERFILE)} - {SWITCH})))
    assert re.search(r'^ENTRYPOINT \["desireline"\]$', DOCKERFILE, re.MULTILINE)
    started = re.search(r'^CMD \["(\w+)"\]$', DOCKERFILE, re.MULTILINE)
    assert started
    assert started[1] in COMMANDS
