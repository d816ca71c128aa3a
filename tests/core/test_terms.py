"""From whose pages a key may send."""

import msgspec
import pytest

from services.core.terms import Terms


@pytest.mark.parametrize(
    ("allowed", "page"),
    [
        ((), "https://anybody.example"),
        (("https://shop.example",), "https://shop.example"),
        (("https://shop.example", "https://m.shop.example:8443"), "https://m.shop.example:8443"),
        (("https://*.shop.example",), "https://m.shop.example"),
        (("https://*.shop.example",), "https://a.b.shop.example"),
        (("capacitor://localhost",), "capacitor://localhost"),
        (("null",), "null"),
    ],
)
def test_pages_that_are_named_may_send(allowed: tuple[str, ...], page: str) -> None:
    assert Terms(origins=allowed).may_send_from(page)


@pytest.mark.parametrize(
    ("allowed", "page"),
    [
        ("https://shop.example", "http://shop.example"),
        ("https://shop.example", "https://shop.example:8443"),
        ("https://shop.example", "https://shop.example.thief.example"),
        ("https://shop.example", "null"),
        ("https://*.shop.example", "https://shop.example"),
        ("https://*.shop.example", "https://notshop.example"),
        ("https://*.shop.example", "http://m.shop.example"),
        ("https://*.shop.example", "https://m.shop.example:8443"),
    ],
)
def test_others_may_not(allowed: str, page: str) -> None:
    assert not Terms(origins=(allowed,)).may_send_from(page)


@pytest.mark.parametrize("origin", ["shop.example", "https://shop.example/", "https://a.*.example", "*", "HTTPS://A.b"])
def test_what_no_browser_would_send_cannot_be_allowed(origin: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="regex"):
        msgspec.convert({"origins": [origin]}, Terms)
