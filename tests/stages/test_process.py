"""What a worker's process does beside its work."""

import asyncio
import gc
import weakref
from datetime import timedelta

import pytest

from services.stages import process


class Cycle:
    """Something that only Python's cycle collector takes away."""

    def __init__(self) -> None:
        self.me = self


async def test_what_lies_in_cycles_is_taken_away_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "TIDY_EVERY", timedelta(0))
    gc.disable()
    try:
        left = weakref.ref(Cycle())
        tidying = asyncio.create_task(process.tidy())
        for _ in range(10):
            await asyncio.sleep(0)
        tidying.cancel()
    finally:
        gc.enable()

    assert left() is None
