"""Kinds of pages that mean something to detectors wherever they stand, and how they are known by default."""

from typing import Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field

from services.core.matcher import Matcher

PageClass: TypeAlias = Literal["account", "help", "policy", "error"]

PAGE_CLASSES: tuple[PageClass, ...] = get_args(PageClass)

NO_CLASSES: frozenset[PageClass] = frozenset()


def _paths(*globs: str) -> Matcher:
    return Matcher(path=globs)


_ACCOUNT = _paths(
    *("**/login", "**/log-in", "**/signin", "**/sign-in", "**/sign_in"),
    *("**/signup", "**/sign-up", "**/sign_up", "**/register", "**/registration"),
    *("/customer/account/create", "/my-account", "**/connexion", "**/anmelden", "**/registrieren"),
)
# Shopify's, WooCommerce's and Magento's paths are among these and the following.
_HELP = _paths(
    *("**/help", "/help/**", "**/faq", "**/faqs", "**/contact", "**/contact-us", "**/support", "/support/**"),
    *("**/customer-service", "/customer-service/**", "**/kontakt", "**/hilfe"),
)
# Neither `**/delivery` nor `**/shipping`: in most shops these are steps of the checkout.
_POLICY = _paths(
    *("/policies/**", "**/returns", "**/return-policy", "**/returns-policy", "**/refund-policy", "**/returns-refunds"),
    *("/delivery", "/shipping", "**/shipping-policy", "**/delivery-information", "**/shipping-returns", "**/warranty"),
    *("**/terms", "**/terms-of-service", "**/terms-and-conditions", "**/agb", "**/widerruf"),
)
_ERROR = Matcher(
    any_of=(
        _paths("**/404", "**/500", "**/503", "/error", "/errors/**", "**/not-found", "**/page-not-found"),
        Matcher(event=("Page Not Found", "page_not_found", "404")),
    )
)


class Pages(BaseModel):
    """How the pages of each class are known. A matcher given in the journey file takes the default's place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: Matcher = Field(_ACCOUNT, description="Logging in and signing up.")
    help: Matcher = Field(_HELP, description="Help, answers to questions, and contact.")
    policy: Matcher = Field(_POLICY, description="Returns, delivery, warranty, terms.")
    error: Matcher = Field(_ERROR, description="Pages that say that something is missing or broken.")

    def matcher(self, page_class: PageClass) -> Matcher:
        """The matcher of one class."""
        matcher: Matcher = getattr(self, page_class)
        return matcher
