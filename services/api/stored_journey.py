"""The journey that answers are given by: the one a stages worker stored last, or the version that was asked for."""

import json
from functools import lru_cache

from services.api.problem import Refusal
from services.api.sql import sql
from services.core.errors import JourneyError
from services.core.journey import Journey, read_journey
from services.edges.clickhouse import Store


def stored_journey(store: Store, version: str = "") -> Journey:
    """The newest journey, or a certain version; a Refusal where there is none."""
    rows = store.query(sql("journey"), {"version": version})
    if rows:
        return _read(str(rows[0]["document"]))
    if version:
        raise Refusal(422, f"No version {version!r} of the journey is stored.", pointer="/query/journey_version")
    raise Refusal(409, "No journey is stored yet. Start the stages service with a journey file; it stores it.")


def journey_of(store: Store, version: str) -> Journey | None:
    """A certain version of the journey; None where it is not stored, or can no longer be read."""
    rows = store.query(sql("journey"), {"version": version}) if version else []
    try:
        return _read(str(rows[0]["document"])) if rows else None
    except JourneyError:
        return None


@lru_cache(maxsize=8)
def _read(document: str) -> Journey:
    return read_journey(json.loads(document))
