"""Messages to Slack as it really answers: taken, held back for a second, or refused for good."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from slack_sdk.webhook import WebhookClient

from services.core.spikes.delivery import Delivery, given_up
from services.core.spikes.incident import Incident, Measured
from services.core.spikes.rules import Receiver as Hears
from services.core.spikes.telling import Told
from services.edges.messenger import Messenger
from services.settings import Settings
from tests.receiver import Receiver
from tests.slack import ARCHIVED, FORBIDDEN, REVOKED, Said, Slack

FRESH = Delivery(project="shop", id="i1", moment="opened-1", receiver="team", state="sending", attempts=1, version=1)
NAMED = Measured("loop", "browse", "", 9, 100, 60, 0.2, 0.04, "same_hour", 4, 1e-9)
INCIDENT = Incident(id="i1", project="shop", named=NAMED, cells=(NAMED,), began=9, seen=9, judged=9)
TEAM = Hears(name="team", kind="slack")


@pytest.fixture
def slack() -> Iterator[Receiver]:
    with Receiver(Slack()).serving() as one:
        yield one


def told(**given: object) -> Told:
    known = {"moment": "opened", "title": "Rage click in checkout", "sentence": "38% of 412 got stuck."}
    return Told(**{**known, **given})  # type: ignore[arg-type]


async def delivered(receiver: Receiver, said: Told, about: Incident | None = None, **given: Any) -> Delivery:
    addresses = {"team": SecretStr(receiver.url)}
    messenger = Messenger(Settings(receivers=addresses, outgoing_allowed="127.0.0.0/8", **given))
    return await messenger.deliver(FRESH, TEAM, said, about)


async def test_slack_takes_what_we_say_however_long_it_is(slack: Receiver) -> None:
    long = told(
        title="t" * 500,
        sentence="s" * 5_000,
        facts=tuple((f"fact {number}", "f" * 3_000) for number in range(20)),
        lines=tuple("l" * 5_000 for _ in range(80)),
        links=tuple(("n" * 100, "https://a.example/" + "x" * 2_900) for _ in range(4)),
        footnote="f" * 9_000,
    )

    done = await delivered(slack, long)

    assert (done.state, done.detail) == ("sent", "")
    assert slack.slack is not None
    assert len(slack.slack.taken) == 1


async def test_slacks_own_client_and_ours_are_answered_alike(slack: Receiver) -> None:
    slack.slack = Slack(pause=3600.0)
    assert (await delivered(slack, told())).state == "sent"

    theirs = WebhookClient(slack.url, retry_handlers=[]).send(text="once more, at once")

    assert (theirs.status_code, theirs.headers["Retry-After"]) == (429, "1")
    held = await delivered(slack, told())
    assert (held.state, held.detail) == ("failed", "answered 429: rate_limited")


async def test_a_second_message_within_a_second_waits_as_long_as_slack_asks(slack: Receiver) -> None:
    assert (await delivered(slack, told())).state == "sent"

    slack.answer(429, Retry_After="30")
    held = await delivered(slack, told())

    assert (held.state, held.attempts) == ("failed", 1)
    assert held.again_ms - held.version >= 30_000


@pytest.mark.parametrize("gone", [REVOKED, ARCHIVED, FORBIDDEN], ids=lambda said: said.word)
async def test_what_slack_refuses_for_good_is_a_dead_letter_at_once(slack: Receiver, gone: Said) -> None:
    assert slack.slack is not None
    slack.slack.gone = gone

    dead = await delivered(slack, told())

    assert (dead.state, dead.detail) == ("dead", f"answered {gone.status}: {gone.word}")


async def test_blocks_that_slack_refuses_are_a_dead_letter_that_says_why(slack: Receiver) -> None:
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "t" * 151}}]

    refused = WebhookClient(slack.url).send(text="x", blocks=blocks)

    assert (refused.status_code, refused.body[:15]) == (400, "invalid_blocks:")
    assert given_up(FRESH, refused.body, 2).state == "dead"


@pytest.mark.parametrize(
    ("given", "has_chart"),
    [
        ({}, False),
        ({"public_url": "https://desire.example"}, False),
        ({"signing_key": SecretStr("hush")}, False),
        ({"public_url": "https://desire.example", "signing_key": SecretStr("hush")}, True),
    ],
)
async def test_a_chart_is_shown_where_slack_can_reach_it_and_nobody_can_guess_its_address(
    slack: Receiver, given: dict[str, Any], has_chart: bool
) -> None:
    await delivered(slack, told(), INCIDENT, **given)

    assert slack.slack is not None
    images = [block["image_url"] for block in slack.slack.taken[0]["blocks"] if block["type"] == "image"]
    assert [address.startswith("https://desire.example/v1/charts/shop/i1/9.png?sig=") for address in images] == (
        [True] if has_chart else []
    )
    assert "hush" not in str(slack.slack.taken)
