"""What a request must pass once its key is known, as a list of named checks. The first that fails gives the reason.

They look at who sends and how much, and cost the same however many events there are; guard.py and sieve.py look at
single events.
"""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from services.core.key import Key
from services.core.terms import Asked, Manner
from services.ingest.address import network_of
from services.ingest.buckets import Buckets
from services.ingest.caller import Caller
from services.ingest.consent import asked_by_headers
from services.ingest.refusal import Reason
from services.ingest.robot import is_robot

SHOWN_LETTERS = 120


class Sending(NamedTuple):
    """Says who sends how much."""

    key: Key
    caller: Caller
    events: int
    historical: bool


class Drop(NamedTuple):
    """Says why nothing of a request is taken, and by which status it is answered."""

    reason: Reason
    detail: str
    status: int = 200
    """200 where the sender is not to blame, and must not send it again."""
    retry_after: int = 0


Check = Callable[[Sending], Drop | None]


def origin(sending: Sending) -> Drop | None:
    """Held against browsers only: a server sends no origin, and whoever forges requests can forge that too."""
    terms = sending.key.terms
    if not terms.origins:
        return None
    page = sending.caller.origin
    if not page or terms.may_send_from(page):
        return None
    return Drop(Reason.ORIGIN, f"pages of {page[:SHOWN_LETTERS]} may not send with this key", status=403)


def consent(sending: Sending) -> Drop | None:
    manner, said = asked_by_headers(sending.caller.headers, sending.key.terms)
    return Drop(Reason.CONSENT, said) if manner is Asked.DROP else None


def robot(sending: Sending) -> Drop | None:
    """By the name of the browser that sends. A server's own name says nothing of the visitors it tells of."""
    name = sending.caller.headers.get(b"user-agent", b"")
    if sending.key.terms.robots is Manner.IGNORE or not (sending.caller.is_browser and is_robot(name)):
        return None
    return Drop(Reason.ROBOT, f"the browser goes by {name.decode('latin-1')[:SHOWN_LETTERS]}")


class Gate:
    """Lets requests pass, or says why not; it remembers how much came from where."""

    def __init__(self) -> None:
        self._buckets = Buckets()
        self.checks: tuple[Check, ...] = (*OF_SENDER, self.rate)

    def judge(self, sending: Sending) -> Drop | None:
        return _first(self.checks, sending)

    def take_all(self, key: Key, by_network: Mapping[str, int]) -> bool:
        """Whether so many events of each network may be taken at once: then they are, as if one after the other."""
        now = time.monotonic()
        of_networks = [((key.digest, network), events) for network, events in by_network.items() if network]
        rates: list[tuple[Hashable, int, float]] = [(*one, key.terms.address_rate) for one in of_networks]
        rates.append((key.digest, sum(by_network.values()), key.terms.rate))
        if not all(self._buckets.has(*rate, now) for rate in rates):
            return False
        for rate in rates:
            self._buckets.take(*rate, now)
        return True

    def rate(self, sending: Sending) -> Drop | None:
        """The network's own limit goes first, so that one that floods does not use up what is everybody's."""
        if sending.historical:
            return None
        key, now = sending.key, time.monotonic()
        network = network_of(sending.caller.address)
        of_network = key.digest, network
        if network and (wait := self._buckets.wait(of_network, now)):
            return _too_much(f"{key.terms.address_rate:g} events a second come from {network}", wait)
        if wait := self._buckets.wait(key.digest, now):
            return _too_much(f"{key.terms.rate:g} events a second come with this key", wait)
        if network:
            self._buckets.take(of_network, sending.events or 1, key.terms.address_rate, now)
        self._buckets.take(key.digest, sending.events or 1, key.terms.rate, now)
        return None


OF_SENDER: tuple[Check, ...] = (origin, consent, robot)
"""These say the same of all requests of one sender with one key, however many events they bring."""


def refused_sender(sending: Sending) -> bool:
    return _first(OF_SENDER, sending) is not None


def _first(checks: Sequence[Check], sending: Sending) -> Drop | None:
    for check in checks:
        drop = check(sending)
        if drop is not None:
            return drop
    return None


def _too_much(what: str, wait: int) -> Drop:
    return Drop(Reason.RATE, f"more than {what}", 429, wait)
