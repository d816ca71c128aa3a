"""What an installation answers after an import, asked over its API and shown as tables in a terminal."""

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from rich import box
from rich.console import Console
from rich.table import Table

Json = dict[str, Any]

_BAR = 18
_SHOWN = 10


class Answer:
    """The funnel, the worst pain points and how many sessions there were in a period."""

    def __init__(self, funnel: Json, pain: Json, sessions: int) -> None:
        self.steps: list[Json] = funnel["steps"]
        self.sessions = sessions
        self.stands = [point for point in pain["pain_points"] if point["stands"]]
        self.tested: int = pain["tested"]
        self.insufficient = sum(point["insufficient"] for point in pain["pain_points"])
        self.drop_offs: list[Json] = pain["drop_offs"]

    @classmethod
    async def ask(cls, url: str, read_key: str, since: int, until: int) -> "Answer":
        """Ask about the sessions that started between two moments in milliseconds. Raises aiohttp.ClientError."""
        last = datetime.fromtimestamp(until / 1000, UTC) + timedelta(milliseconds=1)
        period = {"from": datetime.fromtimestamp(since / 1000, UTC).isoformat(), "to": last.isoformat()}
        headers = {"Authorization": f"Bearer {read_key}"}
        async with aiohttp.ClientSession(url, headers=headers, raise_for_status=True) as session:

            async def get(path: str, **parameters: str) -> Json:
                async with session.get(path, params=period | parameters) as response:
                    return dict(await response.json())

            return cls(
                await get("/v1/funnel", same_second="event_id"),
                await get("/v1/pain-points", limit="500"),
                (await get("/v1/sessions", limit="1"))["total"],
            )

    def show(self, console: Console) -> None:
        """Print the tables."""
        console.print(self._funnel())
        if self.stands:
            console.print(self._pain_points())
        else:
            console.print("No pain point stands against chance.")
        console.print(
            f"{self.sessions:,} sessions. Lost: sessions that would have come to a later stage, with the 95 % interval."
            f" Of the places where friction was found {self.tested} had enough sessions to compare, {self.insufficient}"
            " too few; shown are those that cost conversions beyond chance.",
            style="dim",
        )

    def _funnel(self) -> Table:
        table = _table("How far sessions get")
        table.add_column("stage")
        table.add_column("sessions", justify="right")
        table.add_column("")
        table.add_column("went on", justify="right")
        table.add_column("dropped off", justify="right")
        table.add_column("median time", justify="right")
        most = max(self.steps[0]["entered"], 1)
        for step in self.steps:
            rate, seconds = step["rate"], step["seconds"]
            table.add_row(
                step["step"],
                f"{step['entered']:,}",
                "█" * round(_BAR * step["entered"] / most),
                f"{rate['share']:.1%}" if rate else "",
                f"{step['dropped']:,}" if step["dropped"] is not None else "",
                _duration(seconds["median"]) if seconds else "",
            )
        return table

    def _pain_points(self) -> Table:
        table = _table("What hurts most")
        table.add_column("friction and its place", overflow="fold", min_width=26)
        table.add_column("sessions", justify="right")
        table.add_column("go on", justify="right", no_wrap=True)
        table.add_column("lost", justify="right", no_wrap=True)
        table.add_column("worth", justify="right", no_wrap=True)
        for point in self.stands[:_SHOWN]:
            lost, value = point["lost_conversions"], point["lost_value"]
            table.add_row(
                f"[bold]{point['detector']}[/] in {where(point)}",
                f"{point['affected']:,} of {point['exposed']:,}",
                f"-{100 * point['adjusted']['estimate']:.0f} pts",
                f"{lost['estimate']:,.0f}\n({lost['low']:,.0f} to {lost['high']:,.0f})",
                f"{value['estimate']:,.0f} {point['currency']}" if value else "",
            )
        return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)


def where(point: Json) -> str:
    """A place, a line each: stage and step, page, element."""
    stage = f"{point['stage']}.{point['step']}" if point["step"] else point["stage"]
    return "\n".join(filter(None, (stage, point["page"], point["element"])))


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02} s" if whole >= 60 else f"{whole} s"
