"""What an event must pass, as a list of named checks. The first that fails gives the reason."""

from collections.abc import Callable, Iterator

import msgspec

from services.core.event import Event, Millis
from services.ingest.refusal import Reason, Refusal

EVENT_BYTES = 32 * 1024
VALUE_BYTES = 8 * 1024
ID_LETTERS = 256
DEPTH = 16
KEYS = 200
KEY_LETTERS = 128
HARMLESS_BYTES = 1024  # too short for many keys or a long value: not worth walking
OLDEST_MS = 7 * 24 * 3600 * 1000
MOST_AHEAD_MS = 24 * 3600 * 1000

Check = Callable[[Event, bytes], str]
"""Says what is wrong with an event that came as these bytes, "" when nothing is."""


def size(event: Event, item: bytes) -> str:
    if len(item) > EVENT_BYTES:
        return f"the event has {len(item)} bytes, at most {EVENT_BYTES} are taken"
    for text in (event.id, event.visitor, event.user, event.name):
        if len(text) > ID_LETTERS:
            return f"an id or name has {len(text)} letters, at most {ID_LETTERS} are taken"
    return ""


def visitor(event: Event, item: bytes) -> str:
    return "" if event.visitor else "anonymousId or userId is needed"


def name(event: Event, item: bytes) -> str:
    return "" if event.name else "a track call needs `event`"


def clock(event: Event, item: bytes) -> str:
    """History may be of any age, yet not before 1970, where no client's clock has ever been."""
    if event.occurred_at <= 0:
        return "the event is from before 1970"
    age = event.received_at - event.occurred_at
    if age > OLDEST_MS and not event.watermark:
        return f"the event is {age // 1000} s old, at most {OLDEST_MS // 1000} s are taken of a live one"
    return ""


CHECKS: tuple[tuple[Reason, Check], ...] = (
    (Reason.SIZE, size),
    (Reason.VISITOR, visitor),
    (Reason.NAME, name),
    (Reason.CLOCK, clock),
)


def ahead(event: Event, most_ahead: Millis) -> str:
    """Apart from the other checks, as each key has its own limit."""
    by = event.occurred_at - event.received_at
    if by <= most_ahead:
        return ""
    return f"the event is {by // 1000} s ahead of our clock, at most {most_ahead // 1000} s are taken"


def judge(event: Event, item: bytes, most_ahead: Millis = MOST_AHEAD_MS) -> Refusal | None:
    """Why this event, which came as `item`, is refused; None when it is taken."""
    plain = _is_plain(event, item)
    for reason, check in () if plain else CHECKS:
        detail = check(event, item)
        if detail:
            return Refusal(reason, detail)
    if too_far := ahead(event, most_ahead):
        return Refusal(Reason.CLOCK, too_far)
    try:
        # What is passed on undecoded must be readable too: 1e999 is well-formed, and no number anybody can hold.
        content = msgspec.json.decode(item)
    except (msgspec.MsgspecError, RecursionError) as error:
        return Refusal(Reason.SCHEMA, str(error))
    return None if plain else _judge_shape(content)


def _is_plain(event: Event, item: bytes) -> bool:
    """Clears nearly every event by one expression, in half the time. What it does not clear is judged by the list."""
    age = event.received_at - event.occurred_at
    return (
        len(item) <= VALUE_BYTES
        and item.count(b"{") + item.count(b"[") <= DEPTH
        and (len(item) <= HARMLESS_BYTES or item.count(b":") <= KEYS)
        and bool(event.visitor and event.name)
        and len(event.id) + len(event.visitor) + len(event.user) + len(event.name) <= ID_LETTERS
        and (age <= OLDEST_MS or event.watermark > 0 < event.occurred_at)
    )


def _judge_shape(content: object) -> Refusal | None:
    keys = 0
    for depth, key, value in _walk(content):
        keys += bool(key)
        if depth > DEPTH:
            return Refusal(Reason.DEPTH, f"nested more than {DEPTH} deep")
        if keys > KEYS:
            return Refusal(Reason.KEYS, f"more than {KEYS} keys")
        if len(key) > KEY_LETTERS:
            return Refusal(Reason.KEYS, f"a key has {len(key)} letters, at most {KEY_LETTERS} are taken")
        if isinstance(value, str) and len(value) > VALUE_BYTES:
            return Refusal(Reason.SIZE, f"a value has {len(value)} letters, at most {VALUE_BYTES} are taken")
    return None


def _walk(root: object) -> Iterator[tuple[int, str, object]]:
    """Every value with its depth and the key it stands under ("" within an array), without recursion."""
    waiting = [(0, "", root)]
    while waiting:
        depth, key, value = waiting.pop()
        yield depth, key, value
        if isinstance(value, dict):
            waiting.extend((depth + 1, inner, below) for inner, below in value.items())
        elif isinstance(value, list):
            waiting.extend((depth + 1, "", below) for below in value)
