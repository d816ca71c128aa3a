"""What a request says that should never have been sent: e-mail addresses, card numbers, full network addresses.

One search over the whole body says whether there may be anything of the kind, and only the texts in which it is are
read. Ids of visitors and persons stay as they are: they are the site's own keys (docs/privacy.md says why).
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import msgspec
import re2

from services.ingest.body import too_large
from services.ingest.query_string import QueryStrings
from services.ingest.truncation import MEMBER, truncate_addresses

EMAIL_MASK, CARD_MASK = "[email]", "[card]"

IMAGES: Final = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif")
"""`logo@2x.png` is no address."""

_IDS: Final = ("messageId", "anonymousId", "userId", "previousId", "groupId")
_ID_BEFORE: Final = re.compile(rf'"(?:{"|".join(_IDS)})"\s*:\s*$'.encode())
_ID_BYTES = 40
_BEFORE_NUMBERS: Final = (b":", b",", b"[", b"-", b"")  # in JSON; a text may have these before digits, too
_REACH = 16 * 1024  # from within a text to its ends; a longer one is refused anyway
_BACKSLASH: Final = ord("\\")
DEAR_PLACES: Final = 10_000
"""Each is looked at, at some 20 us, so that a body full of them would hold up all others for seconds."""
_AT_SIGNS: Final = (b"@", b"%40", rb"\u0040")

_latin1 = re2.Options()
_latin1.encoding = re2.Options.Encoding.LATIN1
# RE2, as it looks for all at once, and takes linear time whatever is sent.
_CARD: Final = rb"[^0-9.][2-6](?:[ -]?[0-9]){12}"
_SUSPICIOUS: Final = re2.compile(_CARD + b"|" + MEMBER, _latin1)
_DIGITS_IN_JSON: Final = re2.compile(_CARD, _latin1)

_EMAIL: Final = re2.compile(r"""[^\s@"'<>()\[\],;:/?&=#|\\]+(?:@|%40)[\pL\pN_-]+(?:\.[\pL\pN_-]+)*\.\pL{2,}""")
_DIGITS: Final = re.compile(r"(?<![\d.])[2-6](?:[ -]?\d){12,18}(?![\d.]\d|\d)")
# Who issues cards of which lengths. No time looks so: counts of milliseconds begin with 1, and years with 20.
_ISSUED: Final = re.compile(r"4(?:\d{12}|\d{15}|\d{18})|3\d{13,15}|(?:5\d|6\d|2[2-7])\d{14,17}")
_decode = msgspec.json.Decoder().decode
_decode_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode


class Scrubber:
    """Takes a body of JSON, and gives it back without what must not be written anywhere."""

    def __init__(self, queries: QueryStrings) -> None:
        self._queries = queries

    def __call__(self, body: bytes, most: int = DEAR_PLACES) -> bytes:
        """Raises Problem where more than `most` places look like an address, or like a card number."""
        body = self._queries(body)
        if _SUSPICIOUS.search(body) is not None:
            body = _without_cards(truncate_addresses(body, most), most)
        for sign in _AT_SIGNS:
            if sign[:1] in body and sign in body:
                body = _in_texts(body, _places(body, sign))
        return body


def _without_cards(body: bytes, most: int) -> bytes:
    """A number needs quotes where a text has some already, so such a body is read as a whole."""
    places = [found.start() for found in islice(_DIGITS_IN_JSON.finditer(body), most + 1)]
    if len(places) > most:
        raise too_large(f"more than {most} numbers look like those of cards")
    if any(body[max(0, place - 8) : place + 1].rstrip()[-1:] in _BEFORE_NUMBERS for place in places):
        try:
            return _encode(_with_masks(_decode(body)))
        except (msgspec.MsgspecError, RecursionError):
            places = [place + 1 for place in places]
    return _in_texts(body, (place + 1 for place in places))


def _places(body: bytes, sign: bytes) -> Iterator[int]:
    at = body.find(sign)
    while at >= 0:
        yield at
        at = body.find(sign, at + 1)


def _in_texts(body: bytes, places: Iterator[int]) -> bytes:
    """The body with each text scrubbed that has one of these places in it."""
    pieces, done = [], 0
    for place in places:
        if place < done:
            continue
        start, end = _opened(body, place, done), _closed(body, place)
        text = body[start:end]
        is_id = _ID_BEFORE.search(body, max(0, start - _ID_BYTES), start)
        pieces += [body[done:start], text if is_id else _scrubbed(text)]
        done = end
    return b"".join([*pieces, body[done:]]) if pieces else body


def _opened(body: bytes, place: int, done: int) -> int:
    """Where the text begins that this place is in; not before `done`."""
    least = max(done, place - _REACH)
    quote = body.rfind(b'"', least, place)
    while quote >= 0 and _is_escaped(body, quote):
        quote = body.rfind(b'"', least, quote)
    return max(quote, least)


def _closed(body: bytes, place: int) -> int:
    most = min(len(body), place + _REACH)
    quote = body.find(b'"', place, most)
    while quote >= 0 and _is_escaped(body, quote):
        quote = body.find(b'"', quote + 1, most)
    return quote + 1 if quote >= 0 else most


def _is_escaped(body: bytes, place: int) -> bool:
    """By an odd number of backslashes before it. Sign by sign: a slice for each quote would be work in square."""
    first = place
    while first and body[first - 1] == _BACKSLASH:
        first -= 1
    return (place - first) % 2 == 1


def _scrubbed(text: bytes) -> bytes:
    try:
        return _encode(scrub(_decode_text(text)))
    except msgspec.MsgspecError:
        # Nobody can read it, so it is refused; what is set aside of it must be clean all the same.
        return scrub(text.decode("latin-1")).encode("latin-1")


def _with_masks(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {
            scrub(name): inner if name in _IDS and isinstance(inner, str | int) else _with_masks(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_with_masks(inner) for inner in value]
    if isinstance(value, int) and value > 0 and is_card(str(value)):
        return CARD_MASK
    return value


def scrub(text: str) -> str:
    """
    >>> scrub("jane+shop@mail.example paid with 4111 1111 1111 1111 at 1700000000000, see logo@2x.png")
    '[email] paid with [card] at 1700000000000, see logo@2x.png'
    """
    if "@" in text or "%40" in text:
        text = _EMAIL.sub(lambda found: found[0] if found[0].lower().endswith(IMAGES) else EMAIL_MASK, text)
    if len(text) > 12:
        text = _DIGITS.sub(lambda found: CARD_MASK if is_card(found[0]) else found[0], text)
    return text


def is_card(text: str) -> bool:
    """Whether the digits of a text are a card's: by how such numbers begin, and by Luhn's check digit (ISO 7812).

    >>> is_card("4111-1111-1111-1111"), is_card("4111-1111-1111-1112"), is_card("1700000000000")
    (True, False, False)
    """
    number = text.replace(" ", "").replace("-", "")
    if not _ISSUED.fullmatch(number):
        return False
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0
