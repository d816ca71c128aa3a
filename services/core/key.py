"""Keys: who may do what for which project. Randomness and files are arguments; only digests are kept of secrets."""

import base64
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from services.core.terms import USUAL, Terms

LEAST_RANDOM_BYTES = 16  # 128 bits: beyond guessing, whatever the rate


class Kind(StrEnum):
    """What a key is for. The prefix says so to whoever finds one in a log or a page."""

    WRITE = "write"  # public: may only send events
    READ = "read"  # secret: may only ask
    ADMIN = "admin"  # secret: asks, deletes, exports, configures


PREFIXES = {Kind.WRITE: "wk_", Kind.READ: "rk_", Kind.ADMIN: "ak_"}


class Right(StrEnum):
    """What a single key may do beyond its kind."""

    HISTORICAL = "historical"  # events of any age, on the data's own clock


@dataclass(frozen=True)
class Key:
    """Names one project and what its bearer may do there.

    `public` is the key itself where it is no secret (a write key stands in every page), else empty.
    """

    kind: Kind
    project: str
    digest: str
    rights: frozenset[Right] = frozenset()
    public: str = ""
    terms: Terms = USUAL

    def may(self, right: Right) -> bool:
        return right in self.rights


def generate(kind: Kind, random: bytes) -> str:
    """Spell a new key from fresh random bytes.

    >>> generate(Kind.WRITE, bytes(range(18)))
    'wk_AAECAwQFBgcICQoLDA0ODxAR'
    """
    if len(random) < LEAST_RANDOM_BYTES:
        raise ValueError(f"a key needs at least {LEAST_RANDOM_BYTES} random bytes, got {len(random)}")
    return PREFIXES[kind] + base64.urlsafe_b64encode(random).rstrip(b"=").decode()


def digest(secret: str) -> str:
    """SHA-256 as hex. Not a slow hash: keys are random, so there is no dictionary to try."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def make(secret: str, kind: Kind, project: str, rights: frozenset[Right] = frozenset(), terms: Terms = USUAL) -> Key:
    """What is kept of a new key."""
    return Key(kind, project, digest(secret), rights, secret if kind is Kind.WRITE else "", terms)
