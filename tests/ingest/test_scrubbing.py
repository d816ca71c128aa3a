"""What should never have been sent is taken out of a body, and nothing else of it changes."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.problem import Problem
from services.ingest.query_string import QueryStrings
from services.ingest.refusal import Reason
from services.ingest.scrubbing import DEAR_PLACES, Scrubber

scrub = Scrubber(QueryStrings())

SECRETS = ("jane@mail.example", "jane%40mail.example", "4111 1111 1111 1111", "378282246310005", "203.0.113.77")
bits = st.sampled_from(
    [*SECRETS, '"', "\\", "\n", "\u00e9", "@", "%40", "?", "&", "a=1", "#", " ", "/", ":", "1700000000000", "."]
)
texts = st.lists(st.one_of(bits, st.text(max_size=3)), max_size=6).map("".join)
names = st.sampled_from(["", "a", "ip", "$ip", "userId", "jane@mail.example", '"q\n', "4111 1111 1111 1111", "/x?y=1"])
values = st.recursive(
    st.one_of(texts, st.integers(), st.booleans(), st.none(), st.sampled_from([4111111111111111, 1700000000000])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(names, inner, max_size=4),
    ),
    max_leaves=12,
)


def sent(**call: Any) -> dict[str, Any]:
    """What is left of one call."""
    return dict(json.loads(scrub(json.dumps({"batch": [call]}).encode()))["batch"][0])


@pytest.mark.parametrize("secret", SECRETS[:4])
@pytest.mark.parametrize("place", ["event", "properties", "context", "traits"])
def test_addresses_and_card_numbers_are_masked_wherever_they_stand(secret: str, place: str) -> None:
    left = sent(**{place: f"as {secret} said" if place == "event" else {"a": [{"b": f"as {secret} said"}]}})

    assert secret not in json.dumps(left)
    assert "as [" in json.dumps(left)


@pytest.mark.parametrize(
    "harmless",
    ["1700000000000", "2026-11-23 01:52:30", "4111111111111112", "12345678-1234-4123-8123-123456789012", "logo@2x.png",
     "@segment/analytics-node", "me@home", "0.4111111111111111", "7982301610154", "https://shop.example/gifts?page=2"],
)  # fmt: skip
def test_what_only_looks_so_stays(harmless: str) -> None:
    assert sent(properties={"x": harmless}) == {"properties": {"x": harmless}}


def test_a_card_number_that_is_a_number_is_masked_too() -> None:
    assert sent(properties={"card": 4111111111111111, "at": 1700000000000}) == {
        "properties": {"card": "[card]", "at": 1700000000000}
    }


@pytest.mark.parametrize("name", ["userId", "anonymousId", "previousId", "messageId"])
def test_ids_are_the_sites_own_and_stay(name: str) -> None:
    assert sent(**{name: "jane@mail.example", "event": "jane@mail.example"}) == {
        name: "jane@mail.example",
        "event": "[email]",
    }
    assert sent(**{name: "4111111111111111"}) == {name: "4111111111111111"}


@pytest.mark.parametrize("name", ["ip", "$ip", "ip_address", "clientIp", "remoteAddress", "x_forwarded_for"])
def test_network_addresses_are_truncated(name: str) -> None:
    left = sent(context={name: "203.0.113.77"}, properties={name: "2001:db8:85a3:8d3:1319:8a2e:370:7348"})

    assert left == {"context": {name: "203.0.113.0"}, "properties": {name: "2001:db8:85a3::"}}


def test_of_a_query_only_the_listed_parameters_stay_and_of_a_click_only_its_kind() -> None:
    left = sent(
        context={
            "page": {"url": "https://shop.example/a?q=gift&token=abc&utm_source=mail&gclid=Cj0K#access_token=xyz"}
        },
        properties={"search": "?name=jane&page=2", "back": "/account?jane", "ask": "Really? Why=me"},
    )

    assert left["context"]["page"]["url"] == "https://shop.example/a?q=gift&utm_source=mail&gclid"
    assert left["properties"] == {"search": "?page=2", "back": "/account", "ask": "Really? Why=me"}


def test_a_query_is_read_as_its_encoder_wrote_it() -> None:
    body = rb'{"url":"https:\/\/x.example\/a?page=1\u0026token=s\u00e9cret\u0026sort=up"}'

    assert json.loads(scrub(body)) == {"url": "https://x.example/a?page=1&sort=up"}


def test_an_address_behind_an_escape_is_found_and_the_text_stays_readable() -> None:
    left = json.loads(scrub(rb'{"a":"\njane@mail.example\\","b":"jane\u0040mail.example","c":"\"jane@mail.example\""}'))

    assert left == {"a": "\n[email]\\", "b": "[email]", "c": '"[email]"'}


def test_what_cannot_be_read_is_clean_all_the_same() -> None:
    left = scrub(b'{"a": "jane@mail.example", "ip": "203.0.113.77", "b": 1e999, "c": "4111 1111 1111 1111')

    assert not [secret for secret in SECRETS if secret.encode() in left]


@pytest.mark.parametrize(
    "one",
    [b'"4111 1111 1111 1111"', b"4111111111111111", b'{"ip":"203.0.113.77"}', b'"/a?b=c&d=e&f=g"'],
    ids=["cards", "numbers", "addresses", "queries"],
)
def test_a_body_full_of_what_takes_long_to_clean_is_refused(one: bytes) -> None:
    with pytest.raises(Problem, match="more than") as refused:
        scrub(b"[" + b",".join([one] * (DEAR_PLACES + 1)) + b"]")

    assert (refused.value.status, refused.value.reason) == (400, Reason.SIZE)


def test_many_secrets_are_cleaned_all_the_same() -> None:
    left = json.loads(scrub(b"[" + b",".join([b'"4111 1111 1111 1111"', b'{"ip":"203.0.113.77"}'] * 500) + b"]"))

    assert left == ["[card]", {"ip": "203.0.113.0"}] * 500


class Watched(bytes):
    """Counts the bytes that are taken out of it."""

    taken = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.taken += 1 if isinstance(found, int) else len(found)
        return found


def test_escaped_quotes_before_a_sign_are_looked_at_once_each() -> None:
    body = Watched(b"[" + b",".join([b'"' + b'\\"' * 2000 + b' @ "'] * 50) + b"]")

    left = scrub(body)

    assert left == bytes(body)
    assert body.taken < 5 * len(body)


@given(values)
def test_json_stays_json_of_the_same_shape_and_a_second_time_changes_nothing(value: Any) -> None:
    for body in (
        json.dumps(value).encode(),
        json.dumps(value, ensure_ascii=False).encode(),
        msgspec.json.encode(value),
    ):
        once = scrub(body)

        assert shape(json.loads(once)) == shape(value)
        assert json.loads(scrub(once)) == json.loads(once)


def shape(value: Any) -> Any:
    """Without texts, and without what may be a card."""
    if isinstance(value, dict):
        return sorted(str(shape(inner)) for inner in value.values())
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return "" if isinstance(value, str) or (isinstance(value, int) and abs(value) >= 10**12) else value
