"""Pages: which are known by default, and what the journey file may say of them."""

import pytest

from services.core.errors import JourneyError
from services.core.page import PageClass, Pages
from tests.core.build import shop


@pytest.mark.parametrize(
    ("path", "page_class"),
    [
        ("/login", "account"),
        ("/checkout/login", "account"),
        ("/de/anmelden", "account"),
        ("/account/register", "account"),
        ("/pages/contact", "help"),
        ("/help/where-is-my-order", "help"),
        ("/policies/shipping-policy", "policy"),
        ("/en/returns", "policy"),
        ("/delivery", "policy"),
        ("/404", "error"),
    ],
)
def test_pages_are_known_by_their_usual_paths(path: str, page_class: PageClass) -> None:
    assert Pages().matcher(page_class).matches("page", path, {})


@pytest.mark.parametrize("path", ["/checkout/delivery", "/checkout/shipping", "/p/login-shirt", "/helpful", "/"])
def test_steps_of_a_checkout_and_products_are_none_of_them(path: str) -> None:
    assert not any(getattr(Pages(), name).matches("page", path, {}) for name in Pages.model_fields)


def test_a_class_nobody_knows_is_refused() -> None:
    with pytest.raises(JourneyError, match=r"pages\.hepl: unknown key"):
        shop(pages={"hepl": {"path": "/hilfe"}})
