"""Made-up requests, few of them; `make fuzz` sends a hundred thousand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.fuzz import Fuzz, fuzz_requests, fuzz_schema
from tests.attack.target import MOST_MEGABYTES, Target, asked, attacked

QUICK = ("/v1/annotations", "/v1/charts", "/v1/incidents", "/v1/rates", "/v1/refused", "/v1/sessions")
"""Questions that are answered at once; the others take seconds where tests share a machine."""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("fuzz")) as running:
        yield running
        assert running.megabytes < MOST_MEGABYTES


@pytest.fixture
def fuzz(target: Target) -> Iterator[Fuzz]:
    fuzz = Fuzz(target)
    yield fuzz
    fuzz.close()


def test_whatever_comes_is_answered_and_never_by_a_500(fuzz: Fuzz) -> None:
    fuzz_requests(fuzz, 1000)

    assert {200, 400, 401} <= set(fuzz.statuses)


def test_answers_are_those_that_the_openapi_document_names(fuzz: Fuzz, target: Target) -> None:
    fuzz_schema(fuzz, target, 24, below="/v1/batch")

    assert fuzz.statuses[200]


def test_questions_are_answered_as_the_openapi_document_says_whatever_is_asked(tmp_path: Path) -> None:
    with asked(tmp_path) as installation:
        fuzz = Fuzz(installation)
        fuzz_schema(fuzz, installation, 40, below=QUICK)
        fuzz.close()

    assert fuzz.statuses[200]
