"""The stages worker: a Faust app with one agent, in a process of its own or in the loop of another service."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import faust
from faust.types import TP
from yarl import URL

from services.core.journey import Journey
from services.core.pipeline import Pipeline
from services.core.refusal_share import RefusedShare
from services.edges.faust_transport import Consumer, Fetch, NoTables, Transport
from services.settings import Settings
from services.stages.agent import apply, tick
from services.stages.checkpoint import Checkpoint
from services.stages.holdings import Holdings
from services.stages.store import Store


@dataclass(frozen=True)
class Delivery:
    """How records come: in large pieces where throughput counts, in small ones where the loop is shared."""

    most_records: int
    fetch_wait_ms: int
    eager: bool


# 5,000 records a fetch were fastest. A waiting fetch is answered as soon as there is something to tell.
ALONE = Delivery(most_records=5_000, fetch_wait_ms=500, eager=False)
# Feeding blocks the loop that answers HTTP; the in-process broker does not wake a waiting fetch.
EMBEDDED = Delivery(most_records=500, fetch_wait_ms=20, eager=True)


SEE_PARTITIONS_WITHIN = timedelta(seconds=30)
"""After somebody added some: by default it takes five minutes, and their events would wait so long."""


class App(faust.App):
    """Faust's app, with the checkpoint and the pipeline it feeds."""

    checkpoint: Checkpoint
    topic_name: str

    async def on_first_start(self) -> None:
        """Make no folders: Faust would, for the tables we do not have."""

    async def on_stop(self) -> None:
        """Store and acknowledge what was fed, before Faust stops the consumer."""
        if isinstance(consumer := self._consumer, Consumer) and not self.crashed:
            await consumer.let_go_all()
        await super().on_stop()

    def fail(self, error: BaseException) -> None:
        """Stop working. What was fed is in doubt, so nothing is written or acknowledged from here on."""
        self.checkpoint.give_up()
        self.add_future(self.crash(error))

    def is_leader(self) -> bool:
        """Whether this worker does what only one may do: that is whoever holds the first partition."""
        return 0 in self.checkpoint.partitions

    async def stored(self, partition: int, offset: int) -> None:
        """Wait until the event at this offset is stored. Raises `account.Released` when it will not be by us."""
        await self.checkpoint.stored(partition, offset)

    def caught_up(self, partition: int, next_offset: int, since: int) -> bool:
        consumer = self._consumer
        assert isinstance(consumer, Consumer)
        return consumer.caught_up(TP(self.topic_name, partition), next_offset, since)


def create_app(settings: Settings, journey: Journey, store: Store, log_id: str, *, embedded: bool = False) -> App:
    """Build a worker of the log `log_id`. `start()` returns when it holds its partitions; `stop()` lets them go."""
    delivery = EMBEDDED if embedded else ALONE
    pipeline = Pipeline(journey)
    urls = [URL(f"kafka://{address.strip()}") for address in settings.kafka.split(",")]
    app = _faust_app(settings, urls, delivery)
    app.checkpoint = Checkpoint(pipeline, store, settings, eager=delivery.eager, failed=app.fail)
    app.topic_name = settings.topic
    holdings = Holdings(pipeline, store, app.checkpoint, log_id)
    # Before the agent: declaring one makes the app choose its transport.
    app.transport = Transport(urls, app, holdings, delivery.fetch_wait_ms)
    _add_agent(app, settings.topic, pipeline, RefusedShare(settings.most_refused_share))
    return app


def _faust_app(settings: Settings, urls: list[URL], delivery: Delivery) -> App:
    return App(
        settings.group,
        broker=urls,
        consumer_group_instance_id=settings.worker or None,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=3.0,
        broker_max_poll_records=delivery.most_records,
        # Commits are counted in messages, and a message here is a fetch: commit by time.
        broker_commit_interval=1.0,
        # Each is a fetch of up to `most_records`: few, or they fill the memory.
        stream_buffer_maxsize=4,
        # Waits without limit for acknowledgements; `Holdings.let_go` waits for them with one.
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=int(SEE_PARTITIONS_WITHIN.total_seconds() * 1000),
        store="memory://",
        TableManager=NoTables,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )


def _add_agent(app: App, topic: str, pipeline: Pipeline, share: RefusedShare) -> None:
    async def stages(stream: Any) -> None:
        try:
            await apply(stream.noack().events(), pipeline, app.checkpoint, share)
        except Exception as error:
            # Not out of here: Faust would start the agent again, with the next fetch.
            app.fail(error)

    async def clock() -> None:
        await tick(pipeline, app.checkpoint, app)

    # One: with more, Faust commits past a message that is not done.
    app.agent(app.topic(topic, schema=Fetch()), concurrency=1)(stages)
    app.task(clock)
