"""What is sent to whom: over real HTTP to receivers in this process, from what the database says."""

import asyncio
import hmac
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr

from services.core.journey import Journey
from services.core.spikes.baseline import HOUR_MS
from services.core.spikes.incident import Evidence, Incident, Measured
from services.edges.alert_addresses import receivers_of
from services.edges.clickhouse import Store
from services.edges.incidents import SnoozeRow, dead_letters, deliveries, save_incidents
from services.edges.messenger import Messenger
from services.edges.webhook import is_ours
from services.settings import Settings
from services.stages.alerts import courier as module
from services.stages.alerts.courier import Courier
from tests.api.shop import fill, session
from tests.edges.reading import until
from tests.receiver import Receiver
from tests.slack import Slack
from tests.stages.alerts.weeks import JOURNEY, Shop

HOUR = int(time.time() * 1000) // HOUR_MS
AS_IN_USE = module.BETWEEN_MESSAGES
NOW_MS = HOUR * HOUR_MS + 10 * 60_000
RAGE = Measured("rage_click", "checkout", "gift", HOUR - 1, 412, 156, 0.21, 0.03, "same_hour", 4, 1e-9)


def incident(**given: Any) -> Incident:
    known = {
        "id": "i1",
        "project": "shop",
        "named": RAGE,
        "cells": (RAGE,),
        "began": HOUR - 2,
        "seen": HOUR - 1,
        "judged": HOUR - 1,
        "told": HOUR - 1,
        "evidence": Evidence(page="/checkout/payment", sessions=("s1", "s2", "s3")),
    }
    return Incident(**{**known, **given})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().serving() as one:
        yield one


@dataclass
class House:
    """A courier with what it reads and whom it tells."""

    store: Store
    receivers: dict[str, str]
    alerts: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def know(self, *incidents: Incident) -> None:
        save_incidents(self.store, list(incidents), version=time.time_ns() // 1_000_000)

    def courier(self) -> Courier:
        settings = Settings(
            receivers={name: SecretStr(url) for name, url in self.receivers.items()},
            outgoing_allowed="127.0.0.0/8",
            **self.more,
        )
        journey = Journey.model_validate({**JOURNEY.model_dump(by_alias=True), "alerts": self.alerts})
        receivers = receivers_of(journey.alerts, settings)
        return Courier(journey, self.store, receivers, Messenger(settings), settings.public_url)

    async def go_round(self) -> None:
        """Send all that is owed now."""
        courier = self.courier()
        await courier.go_round(lambda: True)
        await asyncio.gather(*courier._rounds.values())
        await courier.stop()

    def forget_wait(self) -> None:
        """As if the time of another attempt had come."""
        for one in deliveries(self.store, 0):
            self.store.insert("deliveries", [msgspec.structs.replace(one, again_ms=1, version=one.version + 1)])

    def states(self) -> list[tuple[str, str, int]]:
        return sorted((one.receiver, one.state, one.attempts) for one in deliveries(self.store, 0))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BETWEEN_MESSAGES", 0.0)


@pytest.fixture(autouse=True)
def _in_one_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock starts at ten past, so that the hour incidents and digests are about does not turn meanwhile."""
    began = time.monotonic_ns()

    def now() -> int:
        return NOW_MS + (time.monotonic_ns() - began) // 1_000_000

    monkeypatch.setattr(module, "_now", now)
    monkeypatch.setattr("services.edges.messenger._now", now)


async def test_an_incident_is_told_once(store: Store, receiver: Receiver) -> None:
    house = House(store, {"shop_team": receiver.url})
    house.know(incident())

    await house.go_round()
    await house.go_round()

    assert receiver.incidents == ["i1"]
    assert house.states() == [("shop_team", "sent", 1)]


async def test_slack_hears_it_in_words_of_the_job_story(store: Store, receiver: Receiver) -> None:
    alerts = {"receivers": [{"name": "shop_team", "kind": "slack"}]}
    house = House(store, {"shop_team": receiver.url}, alerts, {"public_url": "https://desire.example"})
    house.know(incident())

    await house.go_round()

    [message] = receiver.received
    sentence = (
        "When I am invited and have no idea what to bring, 38% of 412 in checkout ran into rage click; usual 21%, ±3."
    )
    assert message.json["blocks"][1]["text"]["text"] == sentence
    buttons = [one["url"] for one in message.json["blocks"][-1]["elements"]]
    asked = f"detector=rage_click&stage=checkout&job=gift&hour={HOUR - 1}"
    assert buttons[:2] == [f"https://desire.example/v1/rates?{asked}", "https://desire.example/v1/sessions/s1"]


async def test_a_webhook_is_signed_and_cannot_be_sent_again_later(store: Store, receiver: Receiver) -> None:
    house = House(store, {"erp": receiver.url}, more={"webhook_secret": SecretStr("hush")})
    house.know(incident())

    await house.go_round()

    [one] = receiver.received
    now = int(one.headers["Desireline-Timestamp"])
    assert 0 <= now - NOW_MS // 1000 <= 60
    assert is_ours("hush", one.headers, one.body, now)
    assert not is_ours("hush", one.headers, one.body, now + 301)
    later = {**one.headers, "Desireline-Timestamp": str(now + 301)}
    assert not is_ours("hush", later, one.body, now + 301)
    assert not is_ours("other", one.headers, one.body, now)
    assert not is_ours("hush", one.headers, one.body + b" ", now)
    documented = f"{one.headers['Desireline-Timestamp']}.".encode() + one.body
    assert one.headers["Desireline-Signature"] == "v1=" + hmac.digest(b"hush", documented, "sha256").hex()
    assert "hush" not in one.body.decode()


async def test_what_is_not_taken_is_tried_again_and_in_the_end_a_dead_letter(store: Store, receiver: Receiver) -> None:
    house = House(store, {"shop_team": receiver.url})
    house.know(incident())

    for _ in range(8):
        receiver.answer(500)
        await house.go_round()
        house.forget_wait()

    assert len(receiver.received) == 6
    [dead] = dead_letters(store, "shop")
    assert (dead.receiver, dead.attempts, dead.detail) == ("shop_team", 6, "answered 500: ok")
    assert len({one.headers["Desireline-Delivery"] for one in receiver.received}) == 1


async def test_who_asks_for_time_gets_it_for_all_that_is_owed(store: Store, receiver: Receiver) -> None:
    with Receiver().serving() as other:
        house = House(store, {"shop_team": receiver.url, "other": other.url})
        house.know(incident(), incident(id="i2"))
        receiver.answer(429, Retry_After="9000")
        courier = house.courier()

        for _ in range(2):
            await courier.go_round(lambda: True)
            await asyncio.gather(*courier._rounds.values())
        await courier.stop()

    assert (len(receiver.received), len(other.received)) == (1, 2)
    [failed] = [one for one in deliveries(store, 0) if one.receiver == "shop_team"]
    assert failed.again_ms - failed.version >= 9_000_000


async def test_several_messages_come_as_slowly_as_slack_takes_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BETWEEN_MESSAGES", AS_IN_USE)
    with Receiver(Slack()).serving() as slack:
        house = House(store, {"team": slack.url}, {"receivers": [{"name": "team", "kind": "slack"}]})
        house.know(incident(), incident(id="i2"))

        await house.go_round()

    assert [(one.state, one.attempts) for one in deliveries(store, 0)] == [("sent", 1)] * 2


@pytest.mark.parametrize("point", ["before sending", "after sending"])
async def test_a_crash_sends_at_most_one_duplicate_with_the_same_id(
    store: Store, receiver: Receiver, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(store, {"shop_team": receiver.url})
    house.know(incident())
    monkeypatch.setattr(module, "at", lambda passed: crash() if passed == point else None)

    for _ in range(4):
        with pytest.raises(Crash):
            await house.go_round()
        monkeypatch.setattr("services.core.spikes.delivery.UNDER_WAY", -1)
        if house.states()[0][1] == "dead":
            break
        if house.states()[0][2] == 2:
            monkeypatch.setattr(module, "at", lambda passed: None)
            await house.go_round()
            break

    assert len(receiver.incidents) <= 2
    assert set(receiver.incidents) <= {"i1"}
    assert house.states()[0][1] in {"dead", "sent"}


class Crash(Exception):
    """Ends an attempt where a process would have ended."""


def crash() -> None:
    raise Crash


async def test_a_slow_receiver_holds_up_nobody_else(store: Store, receiver: Receiver) -> None:
    with Receiver().serving() as slow:
        slow.waiting.clear()
        house = House(store, {"quick": receiver.url, "slow": slow.url})
        house.know(incident(), incident(id="i2"))
        courier = house.courier()

        await courier.go_round(lambda: True)
        await until(lambda: len(receiver.received) == 2)
        house.know(incident(id="i3"))
        while "i3" not in receiver.incidents:
            await courier.go_round(lambda: True)
            await asyncio.sleep(0.05)

        assert len(slow.received) == 1
        await courier.stop()


async def test_teams_hear_of_their_own_stages_and_jobs(store: Store, receiver: Receiver) -> None:
    with Receiver().serving() as other:
        alerts = {
            "receivers": [
                {"name": "checkout_team", "kind": "webhook", "stages": ["checkout"], "jobs": ["gift"]},
                {"name": "after_team", "kind": "webhook", "stages": ["bought"]},
            ]
        }
        house = House(store, {"checkout_team": receiver.url, "after_team": other.url}, alerts)
        house.know(incident())

        await house.go_round()

        assert (receiver.incidents, other.incidents) == (["i1"], [])


async def test_what_is_snoozed_is_not_told(store: Store, receiver: Receiver) -> None:
    house = House(store, {"shop_team": receiver.url})
    house.know(incident())
    store.insert("snoozes", [SnoozeRow(project="shop", id="i1", until_ms=(HOUR + 5) * HOUR_MS, version=1)])

    await house.go_round()

    assert receiver.received == []


async def test_in_quiet_hours_nothing_is_told_and_afterwards_what_still_goes_on(
    store: Store, receiver: Receiver
) -> None:
    quiet = {"receivers": [{"name": "shop_team", "kind": "webhook", "quiet": "00:00-23:59:59"}]}
    house = House(store, {"shop_team": receiver.url}, quiet)
    house.know(incident(), incident(id="i2"))
    await house.go_round()
    assert receiver.received == []

    house.know(incident(state="recovered", recovered=HOUR, moment="recovered", told=HOUR))
    house.alerts = {}
    await house.go_round()

    assert receiver.incidents == ["i2"]


async def test_who_heard_of_it_hears_of_its_end(store: Store, receiver: Receiver) -> None:
    house = House(store, {"shop_team": receiver.url})
    house.know(incident())
    await house.go_round()

    house.know(incident(state="recovered", recovered=HOUR, moment="recovered", told=HOUR))
    await house.go_round()

    assert [one.json["moment"] for one in receiver.received] == ["opened", "recovered"]


async def test_whom_no_message_reached_hears_nothing_of_its_end(store: Store, receiver: Receiver) -> None:
    house = House(store, {"team": receiver.url}, {"receivers": [{"name": "team", "kind": "slack"}]})
    house.know(incident())
    receiver.answer(503)
    await house.go_round()

    house.know(incident(state="recovered", recovered=HOUR, moment="recovered", told=HOUR))
    await house.go_round()

    [message] = receiver.received
    assert message.json["text"].startswith("🔴")


async def test_a_worker_that_leads_no_more_sends_nothing(store: Store, receiver: Receiver) -> None:
    house = House(store, {"shop_team": receiver.url})
    house.know(incident())
    courier = house.courier()

    await courier.go_round(lambda: False)
    await asyncio.gather(*courier._rounds.values())
    await courier.stop()

    assert receiver.received == []


async def test_a_digest_tells_of_yesterday_once(store: Store, receiver: Receiver) -> None:
    alerts = {"receivers": [{"name": "boss", "kind": "webhook", "digest": "daily", "digest_at": HOUR % 24}]}
    house = House(store, {"boss": receiver.url}, alerts, {"public_url": "https://desire.example"})
    house.know(incident(told=0))
    fill(store, [session("0 browse")])
    await house.go_round()
    await house.go_round()

    [digest] = receiver.received
    assert digest.json["moment"] == "digest"
    assert "1 incident(s) since " in digest.json["text"]
    assert digest.json["lines"][0].startswith("going on: ")
    assert digest.json["lines"][1].startswith("Sessions: 0 by 0 visitors; ")
    assert digest.json["links"]["Jobs"].startswith("https://desire.example/v1/jobs?from=")


async def test_a_digest_that_is_not_taken_is_tried_again_after_its_hour(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts = {"receivers": [{"name": "boss", "kind": "webhook", "digest": "daily", "digest_at": HOUR % 24}]}
    house = House(store, {"boss": receiver.url}, alerts)
    fill(store, [session("0 browse")])
    receiver.answer(500)
    await house.go_round()
    later = NOW_MS + 4 * HOUR_MS
    monkeypatch.setattr(module, "_now", lambda: later)

    await house.go_round()

    assert len(receiver.received) == 2
    assert house.states() == [("boss", "sent", 2)]


async def test_a_digest_tells_slack_the_worst_friction_and_who_went_on_beside_a_week_before(
    store: Store, receiver: Receiver
) -> None:
    hour = HOUR % 24
    one = {"name": "boss", "kind": "slack", "digest": "daily", "digest_at": hour}
    house = House(store, {"boss": receiver.url}, {"receivers": [one], "objectives": [{"job": "gift", "success": 0.7}]})
    yesterday_ends = HOUR - hour - 1
    shop = Shop(store)
    shop.visit(until=HOUR - 1)
    shop.stick("rage_click", 10, until=yesterday_ends)
    shop.stick("rage_click", 60, hours=24, until=yesterday_ends)
    shop.stick("loop", 90, hours=hour, until=HOUR - 1)

    await house.go_round()

    [digest] = receiver.received
    said = [block["text"]["text"] for block in digest.json["blocks"][1:] if block["type"] == "section"]
    assert said[0].startswith("0 incident(s) since ")
    assert said[1] == "Sessions: 1,440 by 1,440 visitors; a week before 1,440 by 1,440 visitors"
    [friction] = [line for line in said if line.startswith("Rage click in checkout: ")]
    now, before = (float(part) for part in re.findall(r"(\d+)% of 1,440", friction))
    assert now > 45 > 20 > before
    assert any(re.match(r"Went on from checkout: \d+% of 1,440; a week before \d+% of 1,440$", line) for line in said)
    assert any(re.match(r"Gift done: \d+% of .*; objective 70%$", line) for line in said)
    assert "Loop" not in "".join(said)  # that was today


async def test_a_team_is_told_in_its_digest_of_its_own_stages_and_jobs_only(store: Store, receiver: Receiver) -> None:
    hour = HOUR % 24
    one = {"name": "shoes", "kind": "slack", "stages": ["bought"], "digest": "daily", "digest_at": hour}
    house = House(store, {"shoes": receiver.url}, {"receivers": [one]})
    shop = Shop(store)
    shop.visit(until=HOUR - 1)
    shop.stick("rage_click", 10, until=HOUR - 1)
    house.know(incident())

    await house.go_round()

    said = receiver.received[-1].body.decode()
    assert "0 incident(s)" in said
    assert "ckout" not in said


async def test_no_address_is_ever_stored_or_logged_not_even_when_the_receiver_repeats_it(
    store: Store, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    secret = receiver.url.rpartition("/")[2]
    house = House(store, {"shop_team": receiver.url})
    house.know(incident())
    receiver.answer(404, said=f"Cannot POST /services/T0/B0/{secret}")

    await house.go_round()

    [one] = deliveries(store, 0)
    assert "Cannot POST" in one.detail
    assert "shop_team could not be told" in caplog.text
    assert secret not in msgspec.json.encode(one).decode() + caplog.text
