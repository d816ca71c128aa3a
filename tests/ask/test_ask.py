"""`desireline ask` and the typed client, at an installation as a user starts it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from services.api.questions.event_funnel import EventFunnelQuestion, ask_event_funnel
from services.api.questions.funnel import FunnelQuestion, ask_funnel
from services.ask.client import Client, as_parameters
from services.ask.command import Wish, ask
from services.ask.errors import CannotAsk
from services.ask.questions import find_question, questions_in, read_words
from services.ask.whose import meant
from services.settings import Settings
from tests.installation import Installation, desireline


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that knows of one visitor."""
    with Installation(tmp_path_factory.mktemp("ask") / "data") as installation:
        installation.send(
            *(
                {"type": "track", "event": name, "anonymousId": "ann", "messageId": name,
                 "timestamp": datetime.now(UTC).isoformat()}
                for name in ("Product Viewed", "Product Added")
            )
        )  # fmt: skip
        yield installation


def test_a_question_is_asked_of_whoever_serves_the_folder_and_shown_as_a_table(running: Installation) -> None:
    shown = desireline("ask", "funnel", "--data", running.data)

    assert shown.returncode == 0, shown.stderr
    assert "funnel" in shown.stdout
    assert "browse" in shown.stdout


def test_the_same_as_json_and_csv(running: Installation) -> None:
    whole = desireline("ask", "funnel", "--unit", "person", "--json", "--data", running.data)
    table = desireline("ask", "funnel", "--unit=person", "--csv", "--data", running.data)

    assert json.loads(whole.stdout)["unit"] == "person"
    assert table.stdout.startswith("step,entered,")


def test_without_a_question_all_are_listed_and_each_says_what_it_takes(running: Installation) -> None:
    listed = desireline("ask", "--data", running.data)
    explained = desireline("ask", "funnel", "--help", "--data", running.data)

    assert "funnel/events" in listed.stdout
    assert "--step-windows" in explained.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "There is no question 'nothing'"),
        (["funnel", "--stepps", "browse"], "takes no '--stepps'"),
        (["funnel", "--steps", "nowhere"], "The journey has no stage"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(running: Installation, words: list[str], said: str) -> None:
    refused = desireline("ask", *words, "--data", running.data)

    assert refused.returncode == 1
    assert said in refused.stderr


def test_help_needs_no_installation(tmp_path: Path) -> None:
    listed = desireline("ask", "--help", "--data", tmp_path)
    explained = desireline("ask", "funnel", "--help", "--data", tmp_path)

    assert "funnel/events" in listed.stdout
    assert "--step-windows" in explained.stdout


def test_a_running_installation_says_itself_what_it_can_be_asked(running: Installation) -> None:
    explained = desireline("ask", "jobs", "--help", "--url", running.url, "--key", running.keys["read"])

    assert "--from" in explained.stdout


def test_a_folder_without_an_installation_is_said_too(tmp_path: Path) -> None:
    refused = desireline("ask", "funnel", "--data", tmp_path)

    assert refused.returncode == 1
    assert "There is no installation in" in refused.stderr


def test_an_installation_that_is_stopped_is_asked_in_its_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    data = tmp_path_factory.mktemp("stopped") / "data"
    with Installation(data) as installation:
        event = {"type": "track", "event": "Product Viewed", "anonymousId": "ann", "messageId": "one"}
        installation.send(event | {"timestamp": datetime.now(UTC).isoformat()})

    counted = desireline("ask", "sessions", "--json", "--data", data)
    elsewhere = desireline("ask", "sessions", "--json", "--project", "nobody", "--data", data)

    assert counted.returncode == 0, counted.stderr
    assert [one["visitor"] for one in json.loads(counted.stdout)["sessions"]] == ["ann"]
    assert elsewhere.returncode == 1
    assert "no sessions of 'nobody' here. Name one of these with --project: default" in elsewhere.stderr


def test_a_project_without_sessions_is_said_with_those_that_have_some(running: Installation) -> None:
    refused = desireline("ask", "funnel", "--project", "nobody", "--data", running.data)

    assert refused.returncode == 1
    assert "no sessions of 'nobody' here. Name one of these with --project: default" in refused.stderr


def test_where_there_are_several_projects_one_must_be_named() -> None:
    assert [meant("", [], "default"), meant("", ["shop"], "default")] == ["default", "shop"]
    with pytest.raises(CannotAsk, match="--project: blog, shop"):
        meant("", ["blog", "shop"], "default")


NEEDED = {
    "funnel/events": ["--step", "Product Viewed"],
    "funnel/events/sessions": ["--step", "Product Viewed"],
    "rates": ["--hour", "490000", "--detector", "loop"],
}


async def test_every_question_is_asked_and_shown(running: Installation) -> None:
    sessions = json.loads(desireline("ask", "sessions", "--json", "--data", running.data).stdout)["sessions"]
    ids = {"sessions/{id}": f"sessions/{sessions[0]['id']}", "visitors/{id}": "visitors/ann"}
    async with Client(running.url, running.keys["read"]) as client:
        known = questions_in(json.loads(await client.fetch("/openapi.json", [])))

    for name in known:
        console = Console(file=StringIO(), record=True, width=120)
        wish = Wish(ids.get(name, name), NEEDED.get(name, []), "table", "")
        await ask(Settings(), running.url, running.keys["read"], wish, console)

        assert console.export_text().startswith((ids.get(name, name), f" {name}")), name
    assert known.keys() >= {*ids, "annotations", "incidents", "refused", "event-log", "drop-offs", "segments"}


def test_a_session_is_told_in_words(running: Installation) -> None:
    sessions = json.loads(desireline("ask", "sessions", "--json", "--data", running.data).stdout)["sessions"]

    told = desireline("ask", f"sessions/{sessions[0]['id']}", "--tz", "Europe/Berlin", "--data", running.data)
    table = desireline("ask", f"sessions/{sessions[0]['id']}", "--csv", "--data", running.data)

    assert "story" in told.stdout
    assert "Product Viewed" in told.stdout
    assert (table.returncode, "has no table" in table.stderr) == (1, True)


async def test_the_client_gives_the_answers_own_classes(running: Installation) -> None:
    async with Client(running.url, running.keys["read"]) as client:
        by_stages = await client.ask(ask_funnel, FunnelQuestion(unit="person", breakdown="job"))
        by_events = await client.ask(ask_event_funnel, EventFunnelQuestion(step=["Product Viewed", "Product Added"]))

    assert by_stages.steps[0].entered == 1
    assert [step.entered for step in by_events.steps] == [1, 1]


async def test_the_client_says_what_the_api_said(running: Installation) -> None:
    async with Client(running.url, running.keys["read"]) as client:
        with pytest.raises(CannotAsk, match="nowhere"):
            await client.ask(ask_funnel, FunnelQuestion(steps="nowhere"))


def test_a_question_stands_in_a_url_as_it_was_asked() -> None:
    question = EventFunnelQuestion.model_validate(
        {"step": ["a", "b|props.x:gt:1"], "from": "2026-01-01T00:00:00Z", "counts_only": True}
    )

    assert EventFunnelQuestion.model_validate(
        {"step": [value for name, value in as_parameters(question) if name == "step"]}
        | {name: value for name, value in as_parameters(question) if name != "step"}
    ) == question  # fmt: skip


def test_words_of_a_command_line_are_parameters() -> None:
    takes = {"step": {"schema": {"type": "array"}}, "counts_only": {"schema": {"type": "boolean"}}}

    words = read_words(["--step", "a", "--counts-only", "--step=b=c"], takes)

    assert words == [("step", "a"), ("counts_only", "true"), ("step", "b=c")]


def test_what_is_on_by_default_is_turned_off_by_a_word_too() -> None:
    takes = {"events": {"schema": {"type": "boolean"}}, "at": {"schema": {"type": "string"}}}

    assert read_words(["--events", "false", "--at", "true"], takes) == [("events", "false"), ("at", "true")]
    assert read_words(["--events"], takes) == [("events", "true")]


def test_an_id_is_part_of_the_path_whatever_is_in_it() -> None:
    known: dict[str, dict[str, object]] = {"sessions": {}, "sessions/{id}": {}, "drop-offs/circumstances": {}}

    assert find_question("sessions/a/b c", known) == ("sessions/{id}", "sessions/a%2Fb%20c")
    assert find_question("drop-offs/circumstances", known) == ("drop-offs/circumstances",) * 2
    for nothing in ("sessions/", "jobs/x", "nothing"):
        with pytest.raises(CannotAsk, match=f"no question '{nothing}'"):
            find_question(nothing, known)
