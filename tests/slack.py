"""Slack's incoming webhooks as its documentation says they behave, for messages that are really sent.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: `ok`, and the errors by status and word;
https://docs.slack.dev/apis/web-api/rate-limits: one message a second, then 429 with Retry-After;
https://docs.slack.dev/reference/block-kit/blocks: the limits of blocks, as Slack's own SDK checks them and, where it
does not, as the pages say.
"""

import json
from typing import Any, NamedTuple

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

MOST_BLOCKS = 50
TEXTS = {"header": 150, "section": 3_000, "button": 75, "field": 2_000}
ADDRESS, ALT_TEXT = 3_000, 2_000
A_SECOND = 1.0


class Said(NamedTuple):
    """An answer."""

    status: int
    word: str
    retry_after: int = 0


OK = Said(200, "ok")
REVOKED = Said(404, "no_service")
ARCHIVED = Said(410, "channel_is_archived")
FORBIDDEN = Said(403, "action_prohibited")


class Slack:
    """Answers posts to one webhook."""

    def __init__(self, pause: float = A_SECOND) -> None:
        """`pause` in seconds between messages; a test that wants to be too quick on any machine gives a long one."""
        self.taken: list[Any] = []
        self.gone: Said | None = None
        self._pause = pause
        self._last = -pause

    def answer(self, headers: dict[str, str], body: bytes, at: float) -> Said:
        """`at`: seconds of any clock."""
        if self.gone is not None:
            return self.gone
        if at - self._last < self._pause:
            return Said(429, "rate_limited", retry_after=1)
        self._last = at
        payload = _read(headers, body)
        if payload is None:
            return Said(400, "invalid_payload")
        if not payload.get("text") and not payload.get("blocks"):
            return Said(400, "no_text")
        if wrong := mistakes(payload.get("blocks", [])):
            return Said(400, f"invalid_blocks: {'; '.join(wrong)}")
        self.taken.append(payload)
        return OK


def _read(headers: dict[str, str], body: bytes) -> dict[str, Any] | None:
    if not headers.get("Content-Type", "").startswith("application/json"):
        return None
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def mistakes(blocks: list[dict[str, Any]]) -> list[str]:
    """What Slack would refuse of these blocks."""
    wrong = [f"{len(blocks)} blocks"] if len(blocks) > MOST_BLOCKS else []
    for block in blocks:
        parsed = Block.parse(block)
        if parsed is None:
            wrong.append(f"{block.get('type')} is no block")
            continue
        try:
            parsed.validate_json()
        except SlackObjectFormationError as error:
            wrong.append(str(error))
        wrong += [f"{block['type']}: {what} of {length}" for what, length, most in _lengths(block) if length > most]
    return wrong


def _lengths(block: dict[str, Any]) -> list[tuple[str, int, int]]:
    """What is limited, how long it is and may be. An empty text is refused as well: counted as too long."""
    found = []
    if block["type"] in ("header", "section") and "text" in block:
        found.append(("text", len(block["text"]["text"]) or 10**6, TEXTS[block["type"]]))
    found += [("field", len(field["text"]), TEXTS["field"]) for field in block.get("fields", [])]
    found.append(("fields", len(block.get("fields", [])), 10))
    for element in block.get("elements", []):
        if element["type"] == "button":
            found += [("button", len(element["text"]["text"]), TEXTS["button"]), ("url", len(element["url"]), ADDRESS)]
    if block["type"] == "actions":
        found.append(("elements", len(block["elements"]), 25))
    if block["type"] == "context":
        found.append(("elements", len(block["elements"]), 10))
    if block["type"] == "image":
        found += [("image_url", len(block["image_url"]), ADDRESS), ("alt_text", len(block["alt_text"]), ALT_TEXT)]
    return found
