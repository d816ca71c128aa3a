"""The three ways of running, each started once for all cases."""

import contextlib
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.system.installation import Installation, Project, embedded, on_kafka

WAYS = ("embedded", "embedded_on_clickhouse", "services_on_kafka")


@pytest.fixture(scope="session", params=WAYS)
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running Desireline."""
    folder = tmp_path_factory.mktemp(request.param)
    with contextlib.ExitStack() as stack:
        if request.param == "embedded":
            yield stack.enter_context(embedded(folder))
            return
        clickhouse = f"{request.getfixturevalue('clickhouse_url')}/system_{uuid4().hex[:8]}"
        if request.param == "embedded_on_clickhouse":
            yield stack.enter_context(embedded(folder, clickhouse=clickhouse))
            return
        kafka = request.getfixturevalue("kafka_server")
        yield stack.enter_context(on_kafka(folder, kafka, clickhouse))


@pytest.fixture
def project(installation: Installation) -> Project:
    """A project of the test's own."""
    return installation.project()
