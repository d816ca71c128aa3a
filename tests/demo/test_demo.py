"""The demo through the whole way: what the API answers is what the simulator knows to be true."""

import asyncio
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from services.demo.__main__ import Fill
from services.demo.people.lived import STAGES, Lived
from services.demo.people.town import HAVE_ACCOUNT
from services.demo.planted import PLANTED, Planted
from services.demo.simulator import Simulator
from services.replay.answer import Answer
from services.replay.child import started
from services.replay.message import Target
from services.replay.progress import Finished
from services.replay.times import rfc3339
from tests.installation import DESIRELINE, Installation, desireline

JOURNEY = Path(__file__).parents[2] / "services" / "demo" / "shop.yaml"
FILL = Fill(until=datetime(2026, 3, 15, 12, 30, tzinfo=UTC), visitors=1_800, seed=2)


async def fill(target: Target) -> Finished:
    async with started("services.demo", FILL) as child:
        child.send_to(target)
        async with aclosing(child.progress()) as told:
            *_, last = [one async for one in told]
    assert isinstance(last, Finished), last
    return last


class Filled(NamedTuple):
    """An installation that the demo's people came to."""

    installation: Installation
    finished: Finished
    lived: list[Lived]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    simulator = Simulator(until=FILL.until, visitors=FILL.visitors, seed=FILL.seed)
    events = sum(1 for _ in simulator.events())
    data = tmp_path_factory.mktemp("demo") / "data"
    with Installation(data, str(JOURNEY)) as installation:
        key = desireline("keys", "create", "write", "--historical", "--data", data).stdout.strip()
        finished = asyncio.run(fill(Target(installation.url, key)))
        assert (finished.acknowledged, finished.refused) == (events, 0)
        yield Filled(installation, finished, simulator.lived)


@pytest.fixture(scope="module")
def shown(filled: Filled) -> tuple[Answer, list[Lived]]:
    installation, finished, lived = filled
    asked = Answer.ask(installation.url, installation.keys["read"], finished.since, finished.until)
    return asyncio.run(asked), lived


def test_the_funnel_counts_exactly_the_visits_that_got_so_far(shown: tuple[Answer, list[Lived]]) -> None:
    answer, lived = shown

    assert answer.sessions == len(lived)
    entered = {step["step"]: step["entered"] for step in answer.steps}
    assert entered == {name: sum(visit.came_to(name) for visit in lived) for name in STAGES}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.detector)
def test_a_planted_friction_is_found_in_the_visits_that_met_it_but_for_noise(
    planted: Planted, shown: tuple[Answer, list[Lived]]
) -> None:
    answer, lived = shown

    [point] = [point for point in answer.stands if point["detector"] == planted.detector]

    assert (point["stage"], point["step"], point["page"]) == (planted.stage, planted.step, planted.page)
    met = sum(planted.fault in visit.met for visit in lived)
    assert abs(point["affected"] - met) <= max(2, 0.05 * met)
    assert point["lost_conversions"]["low"] > 0


def test_nothing_else_stands_as_a_pain_point(shown: tuple[Answer, list[Lived]]) -> None:
    answer, _ = shown

    assert {point["detector"] for point in answer.stands} == {planted.detector for planted in PLANTED}
    assert len(answer.stands) == len(PLANTED)


def test_some_of_those_who_are_known_by_name_are_worth_an_interview(filled: Filled) -> None:
    answer = httpx.get(
        f"{filled.installation.url}/v1/segments",
        headers={"Authorization": f"Bearer {filled.installation.keys['read']}"},
        params={"from": rfc3339(filled.finished.since), "to": rfc3339(filled.finished.until)},
        timeout=60,
    ).json()

    people = len({visit.visitor for visit in filled.lived})
    assert abs(answer["customers"] / people - HAVE_ACCOUNT) < 0.05
    assert {one["name"] for one in answer["segments"]} >= {"champions", "lost"}
    assert answer["to_interview"]
    assert all(one["unmet"] for one in answer["to_interview"])


def test_the_command_shows_that_it_is_simulated_and_leaves_when_told_to(tmp_path: Path) -> None:
    done = desireline("demo", "--data", tmp_path / "demo", "--port", 0, "--visitors", 300, "--exit")

    assert done.returncode == 0, done.stderr
    assert "A simulated online shop: 14 days of visitors, none of them real." in done.stdout
    assert "How far sessions get" in done.stdout


def newest_session(said: str) -> dict[str, Any]:
    """The newest session of the demo that said this, once there is a live one."""
    command = re.search(r'-H "(Authorization): (Bearer \S+)" (http://\S+)/v1/funnel', said)
    assert command
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = httpx.get(f"{command[3]}/v1/sessions?limit=1", headers={command[1]: command[2]}, timeout=60)
        session: dict[str, Any] = answer.json()["sessions"][0]
        if not session["historical"]:
            return session
        time.sleep(0.2)
    raise AssertionError("no live visitor came")


def test_the_command_goes_on_with_live_visitors_until_it_is_told_to_stop(tmp_path: Path) -> None:
    command = [str(DESIRELINE), "demo", "--data", str(tmp_path / "demo"), "--port", "0", "--visitors", "300"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        said = ""
        for line in demo.stdout:
            said += line
            if "/openapi.json" in line:
                break
        newest = newest_session(said)
        demo.terminate()
        code = demo.wait(timeout=60)

    assert "with new simulated visitors coming in, until Ctrl-C" in said
    assert newest["visitor"].startswith("person-2-"), "the live visitors are those of the next seed"
    assert code == 0
