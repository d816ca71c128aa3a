"""Requests to a running installation, and what went wrong with them; apart, so that a command need not load the API."""

from collections.abc import Sequence
from typing import Self

import aiohttp
import msgspec

from services.ask.errors import CannotAsk

Given = Sequence[tuple[str, str]]


class Caller:
    """Asks a running installation. Raises CannotAsk."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url.rstrip("/")
        self._http = aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"})

    async def fetch(self, path: str, parameters: Given) -> bytes:
        """An answer as it comes."""
        try:
            async with self._http.get(f"{self._url}{path}", params=list(parameters)) as response:
                body = await response.read()
                if response.status != 200:
                    raise CannotAsk(_said(body) or f"{self._url} answered {response.status}.")
                return body
        except (aiohttp.ClientError, TimeoutError) as error:
            raise CannotAsk(f"{self._url} did not answer: {error}. Is it served there?") from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()


def _said(body: bytes) -> str:
    """What a problem says of itself, as RFC 9457 has it."""
    try:
        return str(msgspec.json.decode(body)["detail"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return ""
