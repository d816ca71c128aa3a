"""Ingest as a process of its own: it starts or says why not, and leaves without losing what it answered for."""

import asyncio
import signal
import time
from pathlib import Path

import httpx
import pytest

from services.core.key import Kind
from services.edges.broker import Broker
from services.edges.keyring import Keyring
from services.edges.listener import CannotListen
from services.ingest.server import serve
from services.settings import Settings
from tests.ingest.conftest import read_topic
from tests.ingest.serving import serving


@pytest.mark.asyncio
async def test_on_sigterm_all_that_was_answered_is_on_the_topic(broker: Broker, tmp_path: Path) -> None:
    key = Keyring(tmp_path / "keys.json").create(Kind.WRITE, "shop")
    taken = 0

    async def send_until_refused(client: httpx.AsyncClient, sender: int) -> None:
        nonlocal taken
        while True:
            body = {"batch": [{"type": "track", "event": "x", "userId": f"u{sender}"}], "writeKey": key}
            try:
                taken += (await client.post("/v1/batch", json=body)).status_code == 200
            except httpx.TransportError:
                return

    with serving(broker, tmp_path) as (process, address):
        async with httpx.AsyncClient(base_url=address) as client, asyncio.timeout(30):
            senders = [asyncio.ensure_future(send_until_refused(client, sender)) for sender in range(8)]
            while taken < 50:  # noqa: ASYNC110 (the senders have no end to wait for)
                await asyncio.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            code = await asyncio.to_thread(process.wait, 15)
            await asyncio.gather(*senders)

        assert (code, time.monotonic() - began < 10) == (0, True)
        assert len(await read_topic(broker.address, "events")) >= taken


@pytest.mark.asyncio
async def test_a_port_in_use_is_named_before_anything_starts(tmp_path: Path) -> None:
    holder = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = holder.sockets[0].getsockname()[1]

    async with holder:
        with pytest.raises(CannotListen, match=rf"127\.0\.0\.1:{port} .*in use.*DESIRELINE_PORT"):
            await serve(Settings(port=port, keys_file=tmp_path / "keys.json"))
