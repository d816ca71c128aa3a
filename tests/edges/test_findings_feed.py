"""Findings handed to who listens, and to nobody else."""

import msgspec

from services.edges.broker import Broker
from services.edges.findings_feed import FindingsFeed, Head
from tests.edges.reading import produce


async def test_who_listens_hears_of_their_own_project_only() -> None:
    with Broker() as broker:
        broker.create_topic("findings")
        feed = FindingsFeed(broker.address, "findings", fetch_wait_ms=20)
        async with feed.listen("shop") as ours, feed.listen("other") as theirs:
            heads = [Head("other", "f1"), Head("shop", "f2"), Head("other", "f3")]
            produce(broker.address, "findings", [msgspec.json.encode(head) for head in heads], 0)

            heard = [await ours.next(30)]
            told = [await theirs.next(30) for _ in range(2)]
        await feed.stop()

    assert [one and one.head.id for one in heard] == ["f2"]
    assert [one and one.head.id for one in told] == ["f1", "f3"]
