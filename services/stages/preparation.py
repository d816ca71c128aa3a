"""What a worker asks of the database and of Kafka before it works, while the rest of its program is being loaded.

Both take a few answers' time and no processor; loading takes a second of it. A killed worker is back that sooner.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from services.edges.clickhouse import Store
from services.edges.log import log_id
from services.edges.retention import keep_for
from services.edges.topics import ensure_topics, refused_topic
from services.settings import Settings

T = TypeVar("T")

log = logging.getLogger(__name__)


class Preparation:
    """Goes on from the moment it is made. What went wrong is raised to whoever asks for what it brings."""

    def __init__(self, settings: Settings) -> None:
        self._store = _aside(lambda: _opened(settings))
        self._logs = _aside(lambda: _logs(settings))

    def store(self) -> Store:
        """The database, brought up to date. Raises StoreError and SettingError."""
        return self._store.result()

    def logs(self) -> tuple[str, str]:
        """The ids of the log of events and of that of refused ones. Raises KafkaUnreachable."""
        return self._logs.result()


def _opened(settings: Settings) -> Store:
    store = Store.open(settings.clickhouse)
    for project, how_long in keep_for(store, settings.retention).items():
        log.info("Data of %s is kept for %s", project or "all other projects", how_long)
    return store


def _logs(settings: Settings) -> tuple[str, str]:
    events, refused = settings.topic, refused_topic(settings.topic)
    ensure_topics(settings, [events, refused, settings.findings_topic], brief=[settings.findings_topic])
    return log_id(settings.kafka, events), log_id(settings.kafka, refused)


def _aside(work: Callable[[], T]) -> Future[T]:
    """In a thread that nobody waits for at the end: one may be told to stop while a database does not answer."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:
            future.set_exception(error)

    Thread(target=run, name="preparation", daemon=True).start()
    return future
