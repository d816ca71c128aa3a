"""Why something is refused: the one closed set of reasons, met in metric, log, answer, table and API.

Ingest refuses what clients send; a stages worker what it finds on the log and cannot apply.
"""

from enum import StrEnum

import msgspec

from services.core.event import Millis

RAW_BYTES = 64 * 1024
"""So much of what came is kept: twice the largest event that is taken, so all but absurd ones are kept whole."""
DETAIL_LETTERS = 500
"""A detail may quote what came."""


class Reason(StrEnum):
    """Names why an event, or a whole request, is not taken: what happened, and what to do."""

    meaning: str
    remedy: str

    def __new__(cls, value: str, meaning: str, remedy: str) -> "Reason":
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        member.remedy = remedy
        return member

    KEY = (
        "key",
        "The key is missing, unknown, or may not do this.",
        "Send a write key of this installation, as Bearer token or as the user of Basic.",
    )
    ORIGIN = (
        "origin",
        "The page that sent it is of none of the origins from which this key may send.",
        "Add the origin to the key's `terms.origins` in the keys file, or take the key out of that page.",
    )
    CONSENT = (
        "consent",
        "The browser asks not to be watched (Sec-GPC or DNT), and the key's terms honour that.",
        "Nothing is wrong; `gpc` and `dnt` among the key's terms say whether it is honoured.",
    )
    ROBOT = (
        "robot",
        "A program sent it that goes by a robot's name, or drives a browser.",
        'Nothing is wrong, unless it is a test of yours: its key may have `"robots": "ignore"` among its terms.',
    )
    RATE = (
        "rate",
        "More events came than the key's terms allow, in all or from one network.",
        "Send it again after Retry-After seconds; raise `rate` or `address_rate` among the key's terms.",
    )
    DUPLICATE = (
        "duplicate",
        "An event of this visitor with this messageId was taken a moment ago.",
        "Nothing is wrong where a client sent it again; otherwise give each event a messageId of its own.",
    )
    DEADLINE = (
        "deadline",
        "The request's body did not arrive in time.",
        "Send it again, faster or with fewer events.",
    )
    ENCODING = (
        "encoding",
        "The bytes are not UTF-8, or not what Content-Encoding says.",
        "Send UTF-8, plain or as gzip.",
    )
    SIZE = (
        "size",
        "The request, the event or one of its values is too large.",
        "Send shorter values, fewer properties, or fewer events a request.",
    )
    SCHEMA = (
        "schema",
        "It is not JSON of the expected shape.",
        "Compare it with the shape of the call in /openapi.json.",
    )
    DEPTH = (
        "depth",
        "Properties or context are nested too deeply.",
        "Flatten what is nested.",
    )
    KEYS = (
        "keys",
        "Properties or context have too many keys, or a key is too long.",
        "Send fewer properties; what varies belongs in a value, not in a name.",
    )
    VISITOR = (
        "visitor",
        "Neither anonymousId nor userId says who acts.",
        "Have the client send anonymousId or userId.",
    )
    NAME = (
        "name",
        "A track call does not say which event it tracks.",
        "Say in `event` what happened.",
    )
    CLOCK = (
        "clock",
        "The time is missing where it is needed, or out of the range that is taken.",
        "Set the clock that stamps it; send old events as history, with a key that may.",
    )
    UNREADABLE = (
        "unreadable",
        "A record of the log is no event that this version can read.",
        "Find what writes to the topic beside ingest, or bring the stages to ingest's version.",
    )
    FAILED = (
        "failed",
        "Working the event out failed, by a mistake of ours or of a rule.",
        "See the detail; once that is mended, replay it.",
    )
    UNSTORABLE = (
        "unstorable",
        "The database cannot hold the record: a key stands twice in it, or a number is out of range.",
        "Find what writes to the topic beside ingest; its session counts the event, the events table lacks it.",
    )
    UNREADABLE_STATE = (
        "unreadable_state",
        "The state kept of a visitor cannot be read, so the visitor begins anew.",
        "Look for damage to the database; the events themselves are stored.",
    )


def reason_named(name: str) -> Reason | None:
    """None for one that only another version knows."""
    return next((reason for reason in Reason if reason == name), None)


BY_WORKER = frozenset({Reason.UNREADABLE, Reason.FAILED, Reason.UNSTORABLE, Reason.UNREADABLE_STATE})
"""What a stages worker says, of records in the form in which events travel. All else ingest says, of clients' calls."""

IN_MASSES = frozenset({Reason.ORIGIN, Reason.CONSENT, Reason.ROBOT, Reason.RATE, Reason.DUPLICATE})
"""What can come by the million with nobody to blame: counted, and shown by a sample a minute that holds no event."""


class RefusedEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record of the topic of refused events: what came, byte for byte (base64), and why it was refused.

    What the request said for all its calls is kept beside, as far as sending the call again needs it.
    """

    project: str
    reason: str
    detail: str
    raw: bytes  # at most RAW_BYTES
    refused_ms: Millis
    size: int = 0  # bytes that came; more than `raw` has where that was cut
    type: str = ""  # the call's type where the route said it
    skew: int = 0  # milliseconds the client's clock was behind ours
    historical: bool = False
    seen: str = (
        ""  # what the request told of the visitor: no address and no name of a browser's, see services/core/seen.py
    )
