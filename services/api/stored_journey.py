"""The journey that answers are given by: the one a stages worker stored last."""

import json
from functools import lru_cache

from services.api.problem import Refusal
from services.core.journey import Journey, read_journey
from services.edges.clickhouse import Store


def stored_journey(store: Store) -> Journey:
    """The newest journey; a Refusal where no stages worker has stored one yet."""
    document = store.journey()
    if document is None:
        raise Refusal(409, "No journey is stored yet. Start the stages service with a journey file; it stores it.")
    return _read(document)


@lru_cache(maxsize=4)
def _read(document: str) -> Journey:
    return read_journey(json.loads(document))
