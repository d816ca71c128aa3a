"""Names in the place of ids: for a day and without any cookie, or for good, by a secret of this installation."""

import hashlib
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

import msgspec

from services.core.event import Millis
from services.ingest.sender import Sender

SALT_BYTES = 32
NAME_BYTES = 15  # 20 letters
MILLIS_PER_DAY = 86_400_000

ID_MEMBERS: Final = frozenset({
    *("distinct_id", "$device_id", "$anon_distinct_id", "$user_id", "$session_id", "$window_id", "alias", "$ip"),
    *("anonymousId", "userId", "user_id", "client_id", "clientIds", "client_ids", "ip", "sessionId", "traits"),
})  # fmt: skip
"""Members of properties and contexts that name a visitor or a device beside the call's own ids."""

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


class Pseudonyms(Protocol):
    """Gives the visitor and the user of a call as they are kept."""

    def __call__(self, now: Millis, sender: Sender, visitor: str, user: str) -> tuple[str, str]: ...


class DayNames:
    """Names a visitor by what their browser sends anyway, under a salt that is thrown away with its day (UTC)."""

    def __init__(self, project: str, salts: "Salts") -> None:
        self._project = project
        self._salts = salts

    def __call__(self, now: Millis, sender: Sender, visitor: str, user: str) -> tuple[str, str]:
        """A server that sends for its visitors names them itself, as their browsers are not there."""
        told = (sender.address, sender.agent) if sender.address else (visitor,)
        if not any(told):
            return "", ""
        return hashed(self._salts.of(now), self._project, *told), ""


class LastingNames:
    """Names a visitor and a user by a keyed hash of their ids: the same ones each time."""

    def __init__(self, project: str, secret: bytes) -> None:
        self._project = project
        self._secret = secret

    def __call__(self, now: Millis, sender: Sender, visitor: str, user: str) -> tuple[str, str]:
        first, second = (hashed(self._secret, self._project, one) if one else "" for one in (visitor, user))
        return first, second


class Salts:
    """Keeps the salt of the day in a folder, so that a restart names nobody anew, and removes those of days before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._day = -1
        self._salt = b""

    def of(self, now: Millis) -> bytes:
        day = now // MILLIS_PER_DAY
        if day != self._day:
            self._salt, self._day = self._begin(day), day
        return self._salt

    def _begin(self, day: int) -> bytes:
        path = self._folder / datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in self._folder.iterdir():
            if old.name < path.name:
                old.unlink(missing_ok=True)
        if not path.exists():
            self._draw(path)
        return path.read_bytes()

    def _draw(self, path: Path) -> None:
        """Several processes may begin a day at once: the first that links its salt to the name has drawn it."""
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SALT_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        finally:
            draft.unlink()


def hashed(key: bytes, *parts: str) -> str:
    """A name of 30 hexadecimal digits that nobody can undo who has not the key (BLAKE2b, keyed: RFC 7693)."""
    return hashlib.blake2b(
        "\0".join(parts).encode("utf-8", "replace"), key=key[:64], digest_size=NAME_BYTES
    ).hexdigest()


def without_ids(content: msgspec.Raw) -> msgspec.Raw:
    """An object without the members that name somebody."""
    members = _members(content)
    return msgspec.Raw(_encode({name: value for name, value in members.items() if name not in ID_MEMBERS}))
