"""Slack messages: what is told of an incident, as Block Kit, within Slack's limits."""

from collections.abc import Sequence
from itertools import islice

import msgspec
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    ImageBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from services.core.spikes.telling import Told

MOST_BLOCKS = 50
MOST_TEXT = 3_000
MOST_HEADER = 150
MOST_FIELD = 2_000
MOST_FIELDS = 10
HEADERS = {"Content-Type": "application/json; charset=utf-8"}
MARKS = {"opened": "🔴", "updated": "🟠", "recovered": "🟢", "test": "🔵", "digest": "🗒"}


def message(told: Told, chart: str = "") -> bytes:
    """The body of a post to an incoming webhook; `chart` is the address of an image."""
    blocks = [*_blocks(told), *_chart(told, chart), *_links(told)]
    body = {
        "text": _cut(escaped(f"{MARKS.get(told.moment, '')} {told.title}: {told.sentence}"), MOST_TEXT),
        "blocks": [block.to_dict() for block in blocks[:MOST_BLOCKS]],
        "unfurl_links": False,
    }
    return msgspec.json.encode(body)


def _blocks(told: Told) -> Sequence[Block]:
    title = PlainTextObject(text=_cut(f"{MARKS.get(told.moment, '')} {told.title}", MOST_HEADER))
    facts = [
        MarkdownTextObject(text=_cut(f"*{escaped(name)}*\n{escaped(value)}", MOST_FIELD))
        for name, value in islice(told.facts, MOST_FIELDS)
    ]
    blocks: list[Block] = [HeaderBlock(text=title), _section(told.sentence)]
    if facts:
        blocks.append(SectionBlock(fields=facts))
    blocks += [_section(line) for line in told.lines]
    if told.footnote:
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=_cut(escaped(told.footnote), MOST_TEXT))]))
    # Room for the chart and the links.
    return blocks[: MOST_BLOCKS - 2]


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=_cut(escaped(text), MOST_TEXT)))


def _chart(told: Told, address: str) -> list[Block]:
    return [ImageBlock(image_url=address, alt_text=_cut(told.title, MOST_FIELD))] if address else []


def _links(told: Told) -> list[Block]:
    buttons = [
        ButtonElement(text=_cut(name, 75), url=address, action_id=f"link-{number}")
        for number, (name, address) in enumerate(told.links)
        if len(address) <= MOST_TEXT
    ]
    return [ActionsBlock(elements=buttons)] if buttons else []


def escaped(text: str) -> str:
    """Slack's three control characters; what visitors' pages are called must not become a link or a mention.

    >>> escaped("<!channel> & co")
    '&lt;!channel&gt; &amp; co'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
