"""Who may keep a connection: whoever owes something, a request begun and not ended or none at all, makes room first.

Where all places are taken the longest waiting are cut off at once: those whose requests are being answered never are.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import Protocol

from services.edges.networks import Network, host_of, is_in

LOOK_SECONDS = 1.0
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n"


class Client(Protocol):
    """Holds a connection."""

    @property
    def peer(self) -> str: ...
    @property
    def is_at_work(self) -> bool: ...
    def is_idle(self, now: float, /) -> bool: ...
    def is_overdue(self, now: float, /) -> bool: ...
    def close(self) -> None:
        """Once what is written is read."""
        ...

    def cut_off(self) -> None: ...
    def turn_away(self, status: bytes, /) -> None:
        """With this line of an answer where one can be given."""
        ...


class Door:
    """Knows the connections of one server, oldest first, and cuts off those that hold it up."""

    def __init__(self, places: int, of_address: int = 0, proxies: Sequence[Network] = ()) -> None:
        """So many places in all, and for each address `of_address` of them; behind a proxy there are many visitors."""
        self.unfinished = 0
        self._places = places
        self._of_address = of_address or places
        self._proxies = proxies
        self._connections: dict[Client, None] = {}
        self._by_host: dict[str, dict[Client, None]] = {}

    def __len__(self) -> int:
        return len(self._connections)

    def enter(self, client: Client, loop: asyncio.AbstractEventLoop) -> None:
        if not self._connections:
            loop.call_later(LOOK_SECONDS, self._look, loop)
        self._connections[client] = None
        its_own = self._those_of(client.peer)
        its_own[client] = None
        if not (_have_room(its_own, self._of_address) and _have_room(self._connections, self._places)):
            client.turn_away(BUSY)

    def leave(self, client: Client) -> None:
        self._connections.pop(client, None)
        host = host_of(client.peer)
        its_own = self._by_host.get(host, {})
        its_own.pop(client, None)
        if not its_own:
            self._by_host.pop(host, None)

    def _those_of(self, peer: str) -> dict[Client, None]:
        if self._proxies and is_in(peer, self._proxies):
            return {}
        return self._by_host.setdefault(host_of(peer), {})

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for one in [one for one in self._connections if one.is_overdue(now)]:
            one.cut_off()
        for one in [one for one in self._connections if one.is_idle(now)]:
            one.close()
        if self._connections:
            loop.call_later(LOOK_SECONDS, self._look, loop)


def _have_room(among: Collection[Client], places: int) -> bool:
    """Cuts off an eighth of them at once if need be, so that a flood of connections is not a flood of searches."""
    if len(among) <= places:
        return True
    *waiting, _ = [one for one in among if not one.is_at_work]  # the last is who has just come
    for one in waiting[: places // 8 or 1]:
        one.cut_off()
    return bool(waiting)
