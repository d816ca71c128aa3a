"""Who sends unknown keys: held to a rate, as looking for a key costs reading the whole request.

Held are networks, like everything that is counted here by address. Whoever has a known key in a header passes even so.
"""

import time

from services.edges.keyring import Keyring
from services.ingest.address import network_of
from services.ingest.buckets import Buckets
from services.ingest.caller import Caller, key_in
from services.ingest.problem import Problem
from services.ingest.refusal import Reason

REMEDY = "send a write key of this installation, and come back after Retry-After seconds"


class Strangers:
    """Remembers the networks from which unknown keys came."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._buckets = Buckets()

    def hold(self, caller: Caller, keyring: Keyring) -> None:
        """Raises Problem where too many unknown keys came from this network a moment ago."""
        network = network_of(caller.address) if len(self._buckets) else ""
        wait = self._buckets.wait(network, time.monotonic()) if network else 0
        if wait and keyring.find(key_in(caller.headers)) is None:
            detail = f"more than {self._rate:g} requests a second with unknown keys come from {network}"
            raise Problem(429, Reason.RATE, detail, remedy=REMEDY, retry_after=wait)

    def note(self, address: str) -> None:
        """To be called for each key that is unknown, or missing."""
        if network := network_of(address):
            self._buckets.take(network, 1, self._rate, time.monotonic())
