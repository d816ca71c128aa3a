"""The keys of an embedded installation: made at its first start, and two that live only as long as it runs."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from services.core.key import Key, Kind, Right, digest, generate, make
from services.edges.keyring import RANDOM_BYTES, Keyring

PROJECT = "default"
"""Whose events an installation takes unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a guest in the process needs: where it is served, a key to send history with and one to ask with."""

    url: str
    write_key: str
    read_key: str
    first_keys: dict[Kind, str] = field(default_factory=dict)
    """The installation's own keys where this is its first start: never to be seen again."""


class HouseKeyring(Keyring):
    """Knows the keys of the file, and those of this process's own guests, which are nowhere on the disk."""

    def __init__(self, path: Path, project: str) -> None:
        super().__init__(path)
        self.project = project
        """The installation's own."""
        self._own: dict[str, Key] = {}
        self._lent: dict[str, str] = {}
        self.house_key = secrets.token_urlsafe(RANDOM_BYTES)
        """Of whoever may read the data folder: for what belongs to the installation rather than to a project."""
        self.first_keys = {} if self.keys else {kind: self.create(kind, project) for kind in Kind}

    def find(self, presented: str) -> Key | None:
        return self._own.get(digest(presented)) or super().find(presented)

    def lend(self, url: str) -> Access:
        """Make the keys of a guest: they end with the process."""
        return Access(
            url,
            write_key=self._make(Kind.WRITE, frozenset({Right.HISTORICAL})),
            read_key=self._make(Kind.READ, frozenset()),
            first_keys=self.first_keys,
        )

    def lend_read_key(self, project: str) -> str:
        """A read key for commands on this machine, by default of the installation's own project."""
        if project not in self._lent:
            self._lent[project] = self._make(Kind.READ, frozenset(), project)
        return self._lent[project]

    def _make(self, kind: Kind, rights: frozenset[Right], project: str = "") -> str:
        secret = generate(kind, secrets.token_bytes(RANDOM_BYTES))
        key = make(secret, kind, project or self.project, rights)
        self._own[key.digest] = key
        return secret
