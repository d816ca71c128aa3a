"""The keys file: who may send and who may ask, looked up by the key presented, re-read when it changes."""

import hmac
import os
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

import msgspec
import structlog

from services.core.key import Key, Kind, Right, digest, generate, make
from services.core.terms import USUAL, Terms
from services.edges.keys_mistake import mistake

RANDOM_BYTES = 24  # 32 letters after the prefix
LOOK_SECONDS = 1.0  # how long a withdrawn key may go on; a new one is found at once

log = structlog.get_logger(__name__)


class KeysFileError(Exception):
    """A keys file that cannot be read: says which, why and what to do."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One key as it stands in the file: a write key in full, of a secret one only its digest."""

    kind: Kind
    project: str
    key: str = ""
    sha256: str = ""
    rights: list[Right] = []
    terms: Terms = USUAL

    def to_key(self) -> Key:
        rights = frozenset(self.rights)
        return Key(self.kind, self.project, self.sha256 or digest(self.key), rights, self.key, self.terms)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keys: list[_Entry]


Stamp = tuple[int, int, int]


class Keyring:
    """Knows the keys of one installation."""

    def __init__(self, path: Path) -> None:
        """Raises KeysFileError where the file is there and cannot be read; a missing one has no keys."""
        self.path = path
        self._lock = Lock()
        self._looked_at = time.monotonic()
        self._stamp = self._seen()
        self._keys = self._read()

    @property
    def keys(self) -> list[Key]:
        """All keys, oldest first."""
        self._refresh()
        return list(self._keys.values())

    def find(self, presented: str) -> Key | None:
        """The key that was presented, or None. Found by the head of its digest, compared in constant time."""
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            self._refresh()
        presented_digest = digest(presented)
        key = self._keys.get(presented_digest[:16])
        if key is None and self._refresh():
            key = self._keys.get(presented_digest[:16])
        return key if key is not None and hmac.compare_digest(key.digest, presented_digest) else None

    def create(self, kind: Kind, project: str, rights: Iterable[Right] = (), terms: Terms = USUAL) -> str:
        """Add a key and return it: of a read or admin key this is the only time it can be seen."""
        secret = generate(kind, secrets.token_bytes(RANDOM_BYTES))
        with self._lock:
            self._keys = self._read()
            key = make(secret, kind, project, frozenset(rights), terms)
            self._write([*self._keys.values(), key])
            self._keys[key.digest[:16]] = key
            self._stamp = self._seen()
        return secret

    def _refresh(self) -> bool:
        """Whether the file was read again."""
        self._looked_at = time.monotonic()
        stamp = self._seen()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self._keys = self._read()
        except KeysFileError as error:
            # A half-edited file must not lock everybody out of a running service.
            log.error("keys_file_unreadable", error=str(error), kept=len(self._keys))
        return True

    def _seen(self) -> Stamp:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return (0, 0, 0)
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def _read(self) -> dict[str, Key]:
        try:
            text = self.path.read_bytes()
            content = msgspec.json.decode(text, type=_File)
        except FileNotFoundError:
            return {}
        except msgspec.ValidationError as error:
            raise KeysFileError(f"the keys file has a mistake: {mistake(self.path, text, error)}") from error
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise KeysFileError(
                f"the keys file {self.path} cannot be read ({error}): mend it, or move it away and create new keys"
            ) from error
        keys = (entry.to_key() for entry in content.keys)
        return {key.digest[:16]: key for key in keys}

    def _write(self, keys: Iterable[Key]) -> None:
        entries = [
            _Entry(key.kind, key.project, key.public, "" if key.public else key.digest, sorted(key.rights), key.terms)
            for key in keys
        ]
        content = msgspec.json.format(msgspec.json.encode(_File(entries)))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
