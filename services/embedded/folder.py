"""The data folder: made, tried out and locked before anything starts, since the database belongs to one process."""

import fcntl
import os
import secrets
import shutil
from pathlib import Path
from typing import IO, Self

import msgspec

from services.embedded.errors import CannotStart

_LEAST_FREE_BYTES = 200 * 1024 * 1024  # the database stops taking writes long before the last byte


class Holder(msgspec.Struct):
    """Who holds a folder: written into its lock file for the next one to read."""

    pid: int
    url: str = ""
    key: str = ""  # opens what is the installation's own (`HouseKeyring.house_key`)


class DataFolder:
    """Holds a data folder for this process until it is closed. The lock dies with the process, however it dies."""

    def __init__(self, path: Path, *, anew: bool = False) -> None:
        """Raises CannotStart where the folder cannot be written, is full, or is held by another process.

        With `anew` whatever an earlier installation left there is removed.
        """
        self.path = path.absolute()
        self._lock = self._open()
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read_holder(self._lock)
            self._lock.close()
            raise CannotStart(_is_held(self.path, holder)) from None
        # First: on a full disk not even the word of who holds the folder can be written.
        self._check_space()
        self.say(Holder(os.getpid()))
        if anew:
            shutil.rmtree(self.path / "database", ignore_errors=True)
            self.keys.unlink(missing_ok=True)

    @property
    def database(self) -> str:
        """The address of the engine in this process."""
        return f"chdb://{self.path / 'database'}"

    @property
    def keys(self) -> Path:
        return self.path / "keys.json"

    def signing_key(self) -> str:
        """With which addresses are signed that whoever has them may open; made once, kept as long as the folder."""
        kept = self.path / "signing.key"
        kept.touch(0o600)
        if not kept.stat().st_size:
            kept.write_text(secrets.token_hex(), encoding="ascii")
        return kept.read_text(encoding="ascii")

    def say(self, holder: Holder) -> None:
        """Leave word of who holds the folder."""
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(msgspec.json.encode(holder))
        self._lock.flush()

    def close(self) -> None:
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> IO[bytes]:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+b")
            os.fchmod(lock.fileno(), 0o600)  # the holder's key will stand in it
            return lock
        except OSError as error:
            raise CannotStart(
                f"The data folder {self.path} cannot be written: {error.strerror}. Make it writable, or name another"
                " one with --data or DESIRELINE_DATA_DIR."
            ) from None

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.path).free
        if free < _LEAST_FREE_BYTES:
            self.close()
            raise CannotStart(
                f"The disk of {self.path} has {free // 1_000_000} MB left; the database needs at least"
                f" {_LEAST_FREE_BYTES // 1_000_000} MB. Free some, or name another folder with --data."
            )


def holder_of(path: Path) -> Holder | None:
    """Who serves this folder now; None where nobody does."""
    try:
        with (path / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        with (path / "lock").open("rb") as lock:
            return _read_holder(lock)
    return None


def _read_holder(lock: IO[bytes]) -> Holder:
    lock.seek(0)
    try:
        return msgspec.json.decode(lock.read(), type=Holder)
    except msgspec.DecodeError:
        return Holder(0)  # it has the lock and has not written yet


def _is_held(path: Path, holder: Holder) -> str:
    who = f"process {holder.pid}" if holder.pid else "another process"
    where = f", which serves it at {holder.url}. Ask that one" if holder.url else ". Wait for it"
    return f"The data folder {path} is in use by {who}{where}, stop it, or name another folder with --data."
