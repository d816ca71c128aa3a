"""Messages within Slack's limits, whatever visitors' pages are called."""

import msgspec

from services.core.spikes.telling import Told
from services.edges.slack import MOST_BLOCKS, MOST_TEXT, message


def told(**given: object) -> Told:
    known = {"moment": "opened", "title": "Rage click in checkout", "sentence": "38% of 412 got stuck."}
    return Told(**{**known, **given})  # type: ignore[arg-type]


def test_the_chart_and_the_links_come_last() -> None:
    one = msgspec.json.decode(message(told(links=(("The numbers", "https://a.example/x"),)), "https://a.example/c.png"))

    assert [block["type"] for block in one["blocks"]] == ["header", "section", "image", "actions"]


def test_however_much_there_is_to_say_the_limits_hold() -> None:
    long = told(
        title="t" * 500,
        sentence="s" * 5_000,
        facts=tuple((f"fact {number}", "f" * 3_000) for number in range(20)),
        lines=tuple("l" * 5_000 for _ in range(80)),
        links=(("n" * 100, "https://a.example"),),
        footnote="f" * 9_000,
    )

    one = msgspec.json.decode(message(long, "https://a.example/c.png"))

    assert len(one["blocks"]) <= MOST_BLOCKS
    assert len(one["blocks"][0]["text"]["text"]) <= 150
    texts = [block["text"]["text"] for block in one["blocks"] if block["type"] == "section" and "text" in block]
    assert max(map(len, texts)) <= MOST_TEXT
    fields = next(block["fields"] for block in one["blocks"] if "fields" in block)
    assert len(fields) == 10
    assert max(len(field["text"]) for field in fields) <= 2_000


def test_a_page_called_like_a_mention_mentions_nobody() -> None:
    one = message(told(facts=(("Page", "<!channel> & <https://evil.example|click>"),))).decode()

    assert "<!channel>" not in one
    assert "&lt;!channel&gt; &amp; " in one
