"""`desireline demo`: fills an embedded installation, shows what hurts its shop, and goes on with live visitors."""

from collections.abc import Awaitable
from contextlib import aclosing
from datetime import UTC, datetime
from time import perf_counter

from rich.console import Console
from rich.panel import Panel

from services.demo.__main__ import Fill
from services.demo.planted import PLANTED, Planted
from services.demo.trickle import trickle
from services.embedded.access import Access
from services.replay.answer import Answer, Json
from services.replay.child import started
from services.replay.message import Target
from services.replay.shown import show, show_problems


class DemoGuest:
    """Sends the simulated visitors, shows the answer beside the truth, and stays unless told to leave."""

    def __init__(self, console: Console, *, visitors: int, seed: int, stays: bool) -> None:
        self._console = console
        self._visitors = visitors
        self._seed = seed
        self._stays = stays
        self._began = perf_counter()

    async def __call__(self, coming: Awaitable[Access]) -> None:
        self._console.print("A [bold]simulated[/] online shop: 14 days of visitors, none of them real.")
        fill = Fill(datetime.now(UTC), self._visitors, self._seed)
        async with started("services.demo", fill) as child:
            with self._console.status("Starting broker, database, ingest, stages and API …"):
                access = await coming
            ready = self._passed
            child.send_to(Target(access.url, access.write_key))
            async with aclosing(child.progress()) as told:
                finished = await show(told, self._console, "Simulated visitors (events)")
        show_problems(finished, self._console)
        filled = self._passed
        answer = await Answer.ask(access.url, access.read_key, finished.since, finished.until)
        answer.show(self._console)
        self._console.print(_judged(answer.stands))
        took = f"Ready after {ready:.1f} s, filled after {filled:.1f} s, answered after {self._passed:.1f} s."
        self._console.print(took, style="dim", highlight=False)
        if self._stays:
            self._invite(access)
            await trickle(Target(access.url, access.write_key), self._seed + 1)

    @property
    def _passed(self) -> float:
        """Seconds since the command began, but for the second that Python takes to load it."""
        return perf_counter() - self._began

    def _invite(self, access: Access) -> None:
        lines = (
            f"Served at [bold]{access.url}[/], with new simulated visitors coming in, until Ctrl-C. Ask it:",
            f'  curl -H "Authorization: Bearer {access.read_key}" {access.url}/v1/funnel',
            f"All it can be asked: {access.url}/openapi.json",
        )
        self._console.print("\n".join(lines), soft_wrap=True, highlight=False)


def _judged(stands: list[Json]) -> Panel:
    """What was planted beside what was found."""
    found = {(point["detector"], point["stage"], point["step"]) for point in stands}
    planted = {(one.detector, one.stage, one.step) for one in PLANTED}
    lines = [_line(one, (one.detector, one.stage, one.step) in found) for one in PLANTED]
    lines += [f"✗ found, but not planted: {' '.join(filter(None, extra))}" for extra in sorted(found - planted)]
    return Panel("\n".join(lines), title="What was planted in this simulated shop", title_align="left")


def _line(planted: Planted, is_found: bool) -> str:
    return f"{'✓ found' if is_found else '✗ not found'}: {planted.detector}, {planted.story}"
