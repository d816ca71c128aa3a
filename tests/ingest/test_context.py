"""How a visitor came, as read of what clients send: device, browser, system, country, campaign and referrer."""

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from services.core.refusal import RefusedEvent
from services.core.seen import Seen, seen_in
from services.edges.broker import Broker
from services.edges.networks import networks_of
from services.ingest.caller import Caller, caller_of
from services.ingest.context import Told, seen_of
from services.ingest.country import Countries
from services.ingest.device import Brand, Hints
from services.ingest.sender import NOBODY, Sender, sender_of
from tests.ingest.conftest import Installation, installed

LAPTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.0 Mobile/15E148 Safari/604.1"
)
SHOP = "https://www.shop.example/"


def seen(told: Told | None = None, url: str = "", referrer: str = "", sender: Sender = NOBODY) -> Seen:
    return seen_in(seen_of(told or Told(), url, referrer, sender, None))


@pytest.mark.parametrize(
    ("agent", "held"),
    [
        (LAPTOP, ("desktop", "Chrome", "Windows")),
        (PHONE, ("mobile", "Safari", "iOS")),
        (PHONE.replace("iPhone;", "iPad;"), ("tablet", "Safari", "iOS")),
        ("Mozilla/5.0 (Linux; Android 13; SM-X710) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36",
         ("tablet", "Chrome", "Android")),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36",
         ("mobile", "Chrome", "Android")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.1 Safari/605.1.15",
         ("desktop", "Safari", "macOS")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", ("desktop", "Firefox", "Linux")),
        (f"{LAPTOP} Edg/120.0.0.0", ("desktop", "Edge", "Windows")),
        ("Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 Chrome/79.0.3945.79 Safari/537.36",
         ("tv", "Chrome", "Web0S")),
        ("something else", ("other", "", "")),
    ],
)  # fmt: skip
def test_the_user_agent_tells_what_a_visitor_holds(agent: str, held: tuple[str, str, str]) -> None:
    assert seen(Told(user_agent=agent))[:3] == held


def test_hints_go_before_the_user_agent() -> None:
    hints = Hints((Brand("Brave", "120"), Brand("Chromium", "120")), mobile=False, platform="macOS")

    assert seen(Told(user_agent=LAPTOP, user_agent_data=hints))[:3] == ("desktop", "Brave", "macOS")


def test_an_app_tells_its_device_itself() -> None:
    told = Told(device={"type": "ios", "model": "iPhone14,2"}, os={"name": "iOS", "version": "17"})

    assert seen(told)[:3] == ("mobile", "", "iOS")


def test_a_client_that_tells_nothing_is_not_known() -> None:
    assert seen_of(Told(), "", "", NOBODY, None) == ""
    assert seen_of(Told(device=[], os="x", campaign=7), None, None, NOBODY, None) == ""


@pytest.mark.parametrize(
    ("url", "referrer", "came"),
    [
        (SHOP, "", "direct"),
        ("", "", ""),
        (SHOP, "https://shop.example/gifts", "internal"),
        (SHOP, "https://checkout.shop.example/", "internal"),
        (SHOP, "https://www.google.co.uk/", "search"),
        (SHOP, "https://duckduckgo.com/?q=gift", "search"),
        (SHOP, "https://l.facebook.com/", "social"),
        (SHOP, "https://t.co/abc", "social"),
        (SHOP, "https://t.example/abc", "referral"),
        (SHOP, "https://mail.google.com/", "email"),
        (SHOP, "https://blog.example/", "referral"),
        (SHOP, "android-app://com.google.android.gm/", "email"),
        (f"{SHOP}?gclid", "https://www.google.com/", "paid"),
        (f"{SHOP}?fbclid", "", "social"),
        (f"{SHOP}?utm_medium=email", "", "email"),
        (f"{SHOP}?utm_medium=cpc", "https://shop.example/", "paid"),
    ],
)
def test_the_referrer_is_of_a_class(url: str, referrer: str, came: str) -> None:
    assert seen(url=url, referrer=referrer).referrer_class == came


def test_the_campaign_is_what_the_client_says_else_what_the_address_says() -> None:
    url = f"{SHOP}?utm_source=a&utm_medium=b&utm_campaign=Mother%27s+day&gclid"

    assert seen(url=url)[5:] == ("a", "b", "Mother's day", "gclid")
    told = Told(campaign={"source": "x", "medium": "y", "name": "z|z"})
    assert seen(told, url=url)[5:] == ("x", "y", "z z", "gclid")


def test_only_a_browser_is_its_own_visitor() -> None:
    server = Caller({b"user-agent": b"analytics-python/2.4"}, {}, "203.0.113.77")
    browser = Caller({b"user-agent": LAPTOP.encode(), b"origin": b"https://shop.example"}, {}, "203.0.113.77")

    assert sender_of(server) == NOBODY
    assert sender_of(browser) == Sender("203.0.113.77", LAPTOP)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.9", "203.0.113.77", "198.51.100.9"),
        ("10.0.0.1", "203.0.113.77", "203.0.113.77"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.77, 10.0.0.2", "203.0.113.77"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_a_forwarded_address_is_believed_of_a_trusted_proxy_only(peer: str, forwarded: str, address: str) -> None:
    scope = {"headers": [(b"x-forwarded-for", forwarded.encode())], "query_string": b"", "client": (peer, 50_000)}

    assert caller_of(scope, networks_of("10.0.0.0/8")).address == address


@pytest.fixture(scope="module")
def countries_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of two networks."""
    path = tmp_path_factory.mktemp("countries") / "countries.mmdb"
    writer: Any = MMDBWriter(ip_version=6, ipv4_compatible=True)
    writer.insert_network(IPSet(["203.0.113.0/24"]), {"country": {"iso_code": "AT"}})
    writer.insert_network(IPSet(["2001:db8::/32"]), {"country": "DE"})
    writer.to_db_file(str(path))
    return path


def test_the_country_is_looked_up_of_the_truncated_address(countries_file: Path) -> None:
    countries = Countries(countries_file)

    assert [countries.of(one) for one in ("203.0.113.77", "2001:db8:85a3::1", "198.51.100.1", "no address")] == [
        "AT",
        "DE",
        "",
        "",
    ]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "no.mmdb").write_text("nothing")

    with pytest.raises(ValueError, match=r"no\.mmdb is no MaxMind database.*DESIRELINE_COUNTRIES"):
        Countries(tmp_path / "no.mmdb")
    with pytest.raises(ValueError, match=r"there\.mmdb.*DESIRELINE_COUNTRIES"):
        Countries(tmp_path / "there.mmdb")


@pytest.mark.asyncio
async def test_each_shape_of_a_call_is_seen_alike(broker: Broker, tmp_path: Path, countries_file: Path) -> None:
    page = {"url": f"{SHOP}?utm_source=mail&utm_medium=email", "path": "/", "referrer": "https://mail.google.com/"}
    context = {"userAgent": LAPTOP, "page": page, "ip": "203.0.113.77"}
    call = {"type": "track", "event": "view", "anonymousId": "v"}
    async with installed(broker, tmp_path, countries=countries_file) as ingest:
        await ingest.send({**call, "context": context})
        await ingest.send({**call, "context": {**context, "unusual": {"a": {"b": 1}}}})
        await ingest.send(call, context=context)

        events = await ingest.events(3)

    assert {event.seen for event in events} == {"desktop|Chrome|Windows|email|AT|mail|email"}
    assert all(b"203.0.113.0" in bytes(event.context) for event in events)


@pytest.mark.asyncio
async def test_a_browser_that_says_nothing_is_known_by_its_request(ingest: Installation) -> None:
    headers = {"origin": "https://shop.example", "user-agent": PHONE, "sec-ch-ua-platform": '"iOS"'}
    headers["sec-ch-ua"] = '"Not A;Brand";v="99", "Brave";v="120"'

    await ingest.client.post(
        "/v1/track", json={"event": "view", "anonymousId": "v", "writeKey": ingest.key}, headers=headers
    )
    await ingest.send({"type": "track", "event": "view", "anonymousId": "server"})

    events = {event.visitor: event.seen for event in await ingest.events(2)}
    assert events == {"v": "mobile|Brave|iOS", "server": ""}


@pytest.mark.asyncio
async def test_clients_in_other_words_are_seen_too(ingest: Installation) -> None:
    posthog = {
        "$device_type": "Mobile",
        "$os": "Android",
        "utm_source": "mail",
        "$current_url": SHOP,
        "$referrer": "$direct",
    }
    await ingest.client.post(
        "/e/", json={"api_key": ingest.key, "event": "x", "distinct_id": "posthog", "properties": posthog}
    )
    ga4 = {
        "client_id": "ga4",
        "device": {"category": "tablet", "operating_system": "iOS"},
        "events": [{"name": "page_view", "params": {"page_location": SHOP, "page_referrer": "https://www.bing.com/"}}],
    }
    await ingest.client.post(f"/mp/collect?api_secret={ingest.key}", json=ga4)

    events = {event.visitor: event.seen for event in await ingest.events(2)}
    assert events == {"posthog": "mobile||Android|direct||mail", "ga4": "tablet||iOS|search"}


@pytest.mark.asyncio
async def test_what_is_refused_keeps_how_its_visitor_came_and_no_address(
    broker: Broker, tmp_path: Path, countries_file: Path
) -> None:
    call = {"type": "track", "event": "view", "anonymousId": "v", "timestamp": "2020-01-01T00:00:00Z"}
    async with installed(broker, tmp_path, countries=countries_file) as ingest:
        transport = httpx.ASGITransport(ingest.client._transport.app, client=("203.0.113.77", 1))  # type: ignore[attr-defined]
        async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as browser:
            headers = {"origin": "https://shop.example", "user-agent": LAPTOP}
            answer = await browser.post("/v1/track", json=call | {"writeKey": ingest.key}, headers=headers)

        [record] = await ingest.records(1, "refused_events")
        aside = msgspec.json.decode(record, type=RefusedEvent)
        again = {"type": "track", "event": "view", "anonymousId": "v", "seen": aside.seen}
        await ingest.send(again, replayed=True)
        await ingest.send({**again, "messageId": "no replay"})
        replayed, other = sorted(await ingest.events(2), key=lambda event: event.id == "no replay")

    assert [one["reason"] for one in answer.json()["refused"]] == ["clock"]
    assert aside.seen == "desktop|Chrome|Windows||AT"
    assert b"203.0.113" not in record
    assert (replayed.seen, other.seen) == (aside.seen, "")
