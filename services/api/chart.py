"""A small chart as PNG, since Slack shows nothing else: a number by the hour, and the band of what is usual."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

SIZE = WIDTH, HEIGHT = 1200, 400
LEFT, RIGHT, TOP, BOTTOM = 90, 30, 70, 60
FINER = 2
"""Drawn so many times as large and then made smaller, which smooths the lines."""
BAND, LINE, MARK, GRID, TEXT, PAPER = "#d6e4f0", "#c0392b", "#8a8a8a", "#e8e8e8", "#333333", "#ffffff"
TITLE_SIZE, TEXT_SIZE = 24, 18


class Point(NamedTuple):
    """A number at a time, and between what it usually is."""

    at: datetime
    value: float
    low: float
    high: float


class Chart(NamedTuple):
    """What is drawn, in words, and since when it is not as usual."""

    title: str
    band: str
    points: Sequence[Point]
    since: datetime
    is_share: bool = True


def draw(chart: Chart) -> bytes:
    """The chart as a PNG."""
    image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), PAPER)
    canvas = Canvas(ImageDraw.Draw(image), chart)
    canvas.write((LEFT, 16), chart.title, TITLE_SIZE)
    if len(chart.points) > 1:
        canvas.draw()
    else:
        canvas.write((LEFT, HEIGHT / 2), "Too few hours to draw")
    kept = BytesIO()
    image.reduce(FINER).save(kept, "PNG", optimize=True)
    return kept.getvalue()


class Canvas:
    """Places points on the paper. Hours in which too few came are left out, and lines go across."""

    def __init__(self, pen: ImageDraw.ImageDraw, chart: Chart) -> None:
        self._pen = pen
        self._chart = chart
        highest = 1.1 * max((max(one.value, one.high) for one in chart.points), default=0.0)
        self._top = (min(1.0, highest) if chart.is_share else highest) or 1.0

    def draw(self) -> None:
        points = self._chart.points
        self._grid()
        above, below = ([(one.at, at) for one, at in zip(points, ats, strict=True)] for ats in _band(points))
        self._pen.polygon([self._place(*one) for one in (*above, *reversed(below))], fill=BAND)
        self._pen.line([self._place(one.at, one.value) for one in points], fill=LINE, width=4 * FINER, joint="curve")
        self._mark()
        self._name_axis()

    def write(self, at: tuple[float, float], text: str, size: int = TEXT_SIZE, anchor: str = "la") -> None:
        place = at[0] * FINER, at[1] * FINER
        self._pen.text(place, text, fill=TEXT, font=_font(size * FINER), anchor=anchor)

    def _place(self, at: datetime, value: float) -> tuple[float, float]:
        first, last = self._chart.points[0].at, self._chart.points[-1].at
        across = (at - first) / (last - first)
        up = max(0.0, min(value, self._top)) / self._top
        x = LEFT + across * (WIDTH - LEFT - RIGHT)
        return x * FINER, (HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)) * FINER

    def _grid(self) -> None:
        for part in (0.0, 0.5, 1.0):
            value = part * self._top
            left, right = (self._place(self._chart.points[end].at, value) for end in (0, -1))
            self._pen.line([left, right], fill=GRID, width=FINER)
            self.write((LEFT - 10, left[1] / FINER), self._number(value), anchor="rm")

    def _number(self, value: float) -> str:
        return f"{value:.0%}" if self._chart.is_share else f"{value:,.0f}"

    def _mark(self) -> None:
        """Where it began."""
        points = self._chart.points
        if points[0].at < self._chart.since <= points[-1].at:
            foot, head = (self._place(self._chart.since, value) for value in (0.0, self._top))
            self._pen.line([foot, head], fill=MARK, width=2 * FINER)

    def _name_axis(self) -> None:
        first, last = self._chart.points[0].at, self._chart.points[-1].at
        below = HEIGHT - BOTTOM + 14
        self.write((LEFT, below), f"{first:%a %d %b, %H:%M}")
        self.write((WIDTH / 2, below), f"shaded: {self._chart.band} · grey line: where it began", anchor="ma")
        self.write((WIDTH - RIGHT, below), f"{last:%a %d %b, %H:%M %Z}", anchor="ra")


def _band(points: Sequence[Point]) -> tuple[Sequence[float], Sequence[float]]:
    return [one.high for one in points], [one.low for one in points]


@cache
def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
