"""History asked of, and given back to, the installation that holds it, for a command on the same machine.

The work is done in the process of the command; the serving one only reads and writes, and goes on serving.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import urllib3
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from services.core.rows import ForgottenRow
from services.edges.clickhouse import Store, StoreUnavailable
from services.edges.history import Columns, StoreArchive
from services.embedded.folder import Holder

SIZE_BYTES = 8
END = bytes(SIZE_BYTES)
"""After the last block: a stream that ends without it was broken off."""

_pack = msgspec.msgpack.Encoder(enc_hook=list).encode  # columns of numbers come as arrays
_unpack = msgspec.msgpack.Decoder().decode


class Kept(msgspec.Struct):
    """Rows to be written."""

    table: str
    columns: list[str]
    lines: bytes


def history_routes(store: Store) -> APIRouter:
    """The routes that `HouseArchive` asks."""
    router, archive = APIRouter(prefix="/history"), StoreArchive(store)

    @router.post("/ask")
    async def ask(request: Request) -> Response:
        question, parameters = _unpack(await request.body())
        return StreamingResponse(_framed(archive.ask(question, parameters)), media_type="application/octet-stream")

    @router.post("/keep")
    async def keep(request: Request) -> None:
        kept = msgspec.msgpack.decode(await request.body(), type=Kept)
        await run_in_threadpool(archive.keep, kept.table, kept.columns, kept.lines)

    @router.post("/change")
    async def change(request: Request) -> None:
        await run_in_threadpool(archive.change, *_unpack(await request.body()))

    @router.post("/journey")
    async def save_journey(request: Request) -> None:
        await run_in_threadpool(archive.save_journey, *_unpack(await request.body()))

    @router.post("/forget")
    async def forget() -> None:
        await run_in_threadpool(archive.forget)

    @router.post("/erase")
    async def erase(request: Request) -> None:
        forgotten = msgspec.msgpack.decode(await request.body(), type=list[ForgottenRow])
        await run_in_threadpool(archive.erase, forgotten)

    return router


class HouseArchive:
    """Asks the process that serves a data folder (`services.edges.history.Archive`)."""

    def __init__(self, holder: Holder) -> None:
        self._url = f"{holder.url}/house/history"
        self._headers = {"Authorization": f"Bearer {holder.key}"}
        self._pool = urllib3.PoolManager()

    def close(self) -> None:
        self._pool.clear()

    def ask(self, question: str, parameters: Mapping[str, Any]) -> Iterator[Columns]:
        response = self._post("ask", (question, parameters))
        try:
            while (size := self._read(response, SIZE_BYTES)) != END:
                yield _unpack(self._read(response, int.from_bytes(size, "big")))
            response.drain_conn()
        finally:
            response.close()

    def keep(self, table: str, columns: Sequence[str], lines: bytes) -> None:
        self._do("keep", Kept(table, list(columns), lines))

    def change(self, change: str, parameters: Mapping[str, Any]) -> None:
        self._do("change", (change, parameters))

    def save_journey(self, version: str, document: str) -> None:
        self._do("journey", (version, document))

    def forget(self) -> None:
        self._do("forget", ())

    def erase(self, forgotten: Sequence[ForgottenRow]) -> None:
        self._do("erase", forgotten)

    def _do(self, path: str, body: object) -> None:
        self._post(path, body).drain_conn()

    def _post(self, path: str, body: object) -> urllib3.BaseHTTPResponse:
        try:
            response = self._pool.request(
                "POST",
                f"{self._url}/{path}",
                body=_pack(body),
                headers=self._headers,
                preload_content=False,
                retries=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._away(str(error)) from None
        if response.status != 200:
            raise self._away(f"it answered {response.status}")
        return response

    def _read(self, response: urllib3.BaseHTTPResponse, size: int) -> bytes:
        try:
            read = response.read(size)
        except urllib3.exceptions.HTTPError as error:
            raise self._away(str(error)) from None
        if len(read) < size:
            raise self._away("it broke off")
        return read

    def _away(self, why: str) -> StoreUnavailable:
        return StoreUnavailable(f"The installation at {self._url} did not answer ({why}). Try again: it goes on there.")


def _framed(blocks: Iterator[Columns]) -> Iterator[bytes]:
    for block in blocks:
        packed = _pack(list(block))
        yield len(packed).to_bytes(SIZE_BYTES, "big") + packed
    yield END
