"""A worker hears who asked to be forgotten before it writes, and erases what it wrote before it heard."""

from services.core.event import Millis
from services.core.rows import ForgottenRow
from tests.core.build import START
from tests.edges.reading import until
from tests.stages.test_checkpoint import ZERO, Start, start

__all__ = ["start"]

ANNA = ForgottenRow(project="shop", visitor="anna", forgotten_at=Millis(START + 60_000))


async def test_it_is_heard_before_anything_is_written(start: Start) -> None:
    worker = await start()
    worker.store.to_forget = [ANNA]

    fetch = worker.feed(["0 view", "1 add"])
    await until(lambda: fetch.acknowledged)

    assert worker.store.tables == ["positions"]
    assert worker.store.erased == [ANNA]


async def test_what_was_written_before_is_erased_once_and_not_written_again(start: Start) -> None:
    worker = await start()
    first = worker.feed(["0 view"])
    await until(lambda: first.acknowledged)
    assert "sessions" in worker.store.tables
    worker.store.forget_writes()
    worker.store.to_forget = [ANNA]

    fetches = []
    while not worker.store.erased:
        fetches.append(worker.feed(["1 add"], first_offset=1 + len(fetches)))
        await until(lambda: fetches[-1].acknowledged)
        worker.store.forget_writes()
    last = worker.feed(["2 add"], first_offset=1 + len(fetches))
    await until(lambda: last.acknowledged)

    assert worker.store.tables == ["positions"]
    assert worker.store.erased == [ANNA]


async def test_a_partition_that_is_taken_on_anew_hears_of_all_once_more(start: Start) -> None:
    worker = await start()
    worker.store.to_forget = [ANNA]
    first = worker.feed(["0 view"])
    await until(lambda: first.acknowledged)

    await worker.holdings.let_go({ZERO})
    await worker.holdings.take_on({ZERO}, 1)
    second = worker.feed(["1 view"], first_offset=1)
    await until(lambda: second.acknowledged)

    assert "sessions" not in worker.store.tables
    assert worker.store.erased == [ANNA, ANNA]
