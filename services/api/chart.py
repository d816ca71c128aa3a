"""A small chart as PNG, since Slack shows nothing else: a rate by the hour, and the band of what is usual."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw

SIZE = WIDTH, HEIGHT = 800, 240
MARGIN = 40
BAND, LINE, TEXT, PAPER = "#d6e4f0", "#c0392b", "#333333", "#ffffff"


class Point(NamedTuple):
    """A rate, and between what it usually is (two standard deviations)."""

    at: datetime
    rate: float
    low: float
    high: float


def draw(points: Sequence[Point]) -> bytes:
    """The chart as a PNG."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    if len(points) > 1:
        _draw(pen, points)
    else:
        pen.text((MARGIN, HEIGHT / 2), "Too few hours to draw", fill=TEXT)
    kept = BytesIO()
    image.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _draw(pen: ImageDraw.ImageDraw, points: Sequence[Point]) -> None:
    top = min(1.0, 1.1 * max(max(one.rate, one.high) for one in points)) or 1.0
    step = (WIDTH - 2 * MARGIN) / (len(points) - 1)

    def place(number: int, rate: float) -> tuple[float, float]:
        return MARGIN + number * step, HEIGHT - MARGIN - min(rate, top) / top * (HEIGHT - 2 * MARGIN)

    above = [place(number, one.high) for number, one in enumerate(points)]
    below = [place(number, one.low) for number, one in enumerate(points)]
    pen.polygon([*above, *reversed(below)], fill=BAND)
    pen.line([place(number, one.rate) for number, one in enumerate(points)], fill=LINE, width=3)
    pen.text((4, MARGIN - 6), f"{top:.0%}", fill=TEXT)
    pen.text((4, HEIGHT - MARGIN - 6), "0%", fill=TEXT)
    pen.text((MARGIN, HEIGHT - MARGIN + 8), f"{points[0].at:%d %b %H:%M}", fill=TEXT)
    pen.text((WIDTH - 2.5 * MARGIN, HEIGHT - MARGIN + 8), f"{points[-1].at:%d %b %H:%M} UTC", fill=TEXT)
