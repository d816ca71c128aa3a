"""Why something is refused: the one closed set of reasons, met in the metric, the answer and the refused record."""

from enum import StrEnum
from typing import NamedTuple

import msgspec


class Reason(StrEnum):
    """Names why an event, or a whole request, is not taken."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> "Reason":
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    KEY = "key", "The key is missing, unknown, or may not do this."
    DEADLINE = "deadline", "The request's body did not arrive in time."
    ENCODING = "encoding", "The bytes are not UTF-8, or not what Content-Encoding says."
    SIZE = "size", "The request, the event or one of its values is too large."
    SCHEMA = "schema", "It is not JSON of the expected shape."
    DEPTH = "depth", "Properties or context are nested too deeply."
    KEYS = "keys", "Properties or context have too many keys, or a key is too long."
    VISITOR = "visitor", "Neither anonymousId nor userId says who acts."
    NAME = "name", "A track call does not say which event it tracks."
    CLOCK = "clock", "The time is missing where it is needed, or out of the range that is taken."


class Refusal(NamedTuple):
    """Says why one event is not taken."""

    reason: Reason
    detail: str


class RefusedEvent(msgspec.Struct, frozen=True):
    """One record of the topic of refused events: what came, byte for byte (base64), and why it was refused."""

    project: str
    reason: str
    detail: str
    raw: bytes
    refused_ms: int
