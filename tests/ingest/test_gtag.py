"""gtag.js' dialect: requests as browsers sent them, recorded from a shop, become calls, and so events."""

from urllib.parse import parse_qsl

import msgspec
import pytest

from services.core.event import Event
from services.core.key import Kind
from services.core.terms import Asked, Terms
from services.ingest.caller import Query
from services.ingest.calls import Calls
from services.ingest.dialects.around import Surroundings
from services.ingest.dialects.gtag import as_batch
from services.ingest.dialects.segment import Arrival
from services.ingest.problem import Problem
from services.ingest.refusal import Refusal
from tests.ingest.conftest import Installation
from tests.ingest.test_checks import BROWSER

NOON = 1_793_620_800_000  # 2026-11-02T12:00Z

SHARED = (
    "v=2&tid=G-3SQN45GM23&gtm=45je44a0v9138474532za200&_p=1712891581829&gcd=13l3l3l3l1&npa=0&dma=0"
    "&cid=147003939.1712891588&ul=es-419&are=1&pscdl=noapi&_geo=1&_rdi=1&sid=1712891587&sct=1&seg=0"
    "&dl=https%3A%2F%2Fshop.example%2Fofertas%3Fpage%3D2&dr=https%3A%2F%2Fsearch.example%2F&dt=Ofertas"
)
PAGE_VIEW = f"{SHARED}&_s=1&en=page_view&_fv=1&_nsi=1&_ss=1&_ee=1&ep.device_type=desktop&tfd=11607"
SEVERAL = f"{SHARED}&cu=ARS&_s=2&tfd=12093"
LINES = (
    "en=view_item_list&_ee=1&pr1=afDrubbit~idSASMS711~nmSamsung%20Galaxy%20S23%20FE%2F8%20GB~pr1001900~ds163099~qt1"
    "~brSamsung~caCelulares%2C%20Notebooks~c2Celulares~k0currencyIso~v0ARS~li156-Celulares~lp0"
    "&pr2=afDrubbit~id114_TAB000~nmTablet%208%22~pr104704~ds5591.99~qt1~lp1"
    "&ep.device_type=desktop&ep.site_context=Contexto%20predeterminado&epn.value=7022028&_et=8\r\n"
    "en=scroll&_ee=1&epn.percent_scrolled=90&_et=6\r\n"
)
PARAMETERS = {f"ep.{n}": "x" for n in range(50)}


def sorted_out(body: str, query: str) -> tuple[list[Event], list[tuple[int, Refusal]]]:
    calls = Calls(as_batch(body.encode(), parsed(query)), "", Surroundings(lambda body, most=0: body))
    lines, refused, _ = calls.sort(Arrival("shop", NOON, lambda: "new"))
    return [line.event for line in lines], refused


def parsed(query: str) -> Query:
    return dict(parse_qsl(query))


def test_a_page_view_in_the_address_is_a_page() -> None:
    [page], refused = sorted_out("", PAGE_VIEW)

    assert refused == []
    assert (page.type, page.visitor, page.user) == ("page", "147003939.1712891588", "")
    assert (page.path, page.title, page.referrer) == ("/ofertas", "Ofertas", "https://search.example/")
    assert msgspec.json.decode(page.props) == {"device_type": "desktop"}
    assert msgspec.json.decode(page.context)["locale"] == "es-419"


def test_each_line_of_a_body_is_an_event_with_its_items() -> None:
    [listed, scrolled], refused = sorted_out(LINES, SEVERAL)

    assert refused == []
    assert [(one.name, one.id) for one in (listed, scrolled)] == [
        ("view_item_list", "1712891581829-2-0"),
        ("scroll", "1712891581829-2-1"),
    ]
    props = msgspec.json.decode(listed.props)
    assert (props["value"], props["currency"], props["engagement_time_msec"]) == (7022028, "ARS", 8)
    assert props["items"][0] == {
        "affiliation": "Drubbit", "item_id": "SASMS711", "item_name": "Samsung Galaxy S23 FE/8 GB", "price": 1001900,
        "discount": 163099, "quantity": 1, "item_brand": "Samsung", "item_category": "Celulares, Notebooks",
        "item_category2": "Celulares", "currencyIso": "ARS", "item_list_id": "156-Celulares", "index": 0,
    }  # fmt: skip
    assert (props["items"][1]["discount"], props["items"][1]["item_name"]) == (5591.99, 'Tablet 8"')
    assert msgspec.json.decode(scrolled.props)["percent_scrolled"] == 90


def test_the_user_and_what_is_known_of_them_come_along() -> None:
    [event], _ = sorted_out("", f"{SHARED}&en=login&uid=u1&up.plan=pro&upn.orders=3")

    assert event.user == "u1"
    assert msgspec.json.decode(event.context)["traits"] == {"plan": "pro", "orders": 3}


@pytest.mark.parametrize("number", ["1e999", "NaN", "9" * 30, "", "-"])
def test_a_number_that_is_none_stays_a_text(number: str) -> None:
    [event], refused = sorted_out("", f"{SHARED}&en=x&epn.value={number}&pr1=id1~pr{number}")

    assert refused == []
    assert msgspec.json.decode(event.props).get("value") == (number or None)


def test_an_event_without_a_name_or_a_visitor_is_refused_alone() -> None:
    taken, refused = sorted_out("en=a\nep.x=1\nen=b&cid=", SHARED.replace("&cid=", "&x="))

    assert (taken, [refusal.reason for _, refusal in refused]) == ([], ["visitor"] * 3)


@pytest.mark.parametrize(
    ("body", "query"),
    [("en=a\n" * 501, {}), ("a=b&" * 20_001, {}), ("en=a\n" * 500, {"a": "x" * 5000}), ("en=a\n" * 500, PARAMETERS)],
)
def test_far_too_much_is_refused_as_a_whole(body: str, query: Query) -> None:
    with pytest.raises(Problem, match="at most"):
        as_batch(body.encode(), query)


@pytest.mark.asyncio
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_the_key_stands_in_the_address_that_gtag_is_told(ingest: Installation, method: str) -> None:
    answers = [
        await ingest.client.request(method, f"/{key}/g/collect?{PAGE_VIEW}", headers=BROWSER)
        for key in (ingest.key, ingest.key, "wk_unknown")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 401]
    [page] = await ingest.events(1)
    assert (page.type, page.seen.split("|")[1]) == ("page", "Chrome")


@pytest.mark.asyncio
async def test_the_key_may_be_a_parameter_which_is_not_kept(ingest: Installation) -> None:
    body = f"{LINES.splitlines()[0]}&ep.write_key={ingest.key}"

    answer = await ingest.client.post(
        f"/g/collect?{SEVERAL}", content=body, headers={**BROWSER, "Content-Type": "text/plain;charset=UTF-8"}
    )

    assert answer.json() == {"success": True}
    assert ingest.key.encode() not in (await ingest.records(1))[0]


@pytest.mark.asyncio
@pytest.mark.parametrize(("gcs", "taken"), [("G111", 1), ("G101", 1), ("G110", 0), ("G100", 0), ("G1--", 1)])
async def test_what_consent_mode_says_can_be_honoured(ingest: Installation, gcs: str, taken: int) -> None:
    key = ingest.keyring.create(Kind.WRITE, "shop", terms=Terms(consent={"analytics_storage": Asked.DROP}))

    answer = await ingest.client.post(f"/{key}/g/collect?{PAGE_VIEW}&gcs={gcs}", headers=BROWSER)

    assert answer.status_code == 200
    await ingest.records(taken)
