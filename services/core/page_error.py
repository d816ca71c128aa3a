"""Errors of a page's scripts, as clients tell of them, and which of them a person can have noticed."""

import re

from pydantic import Field

from services.core import address
from services.core.act import Act
from services.core.detector import Detector

ERRORS = frozenset({"error", "exception", "app_exception", "$exception"})
"""Ours; GA4's and Firebase's; PostHog's."""

ERROR_PROPS = frozenset({"message", "description", "$exception_message", "source", "handled", "own"})

HARMLESS = ("script error", "resizeobserver loop")
"""What browsers say of a foreign script that they may not name, and of a layout that settles a frame later."""

_NUMBER = re.compile(r"\d+")


class ErrorDetector(Detector):
    """Hears of errors, and leaves out what is handled, harmless, or a third party's."""

    hosts: tuple[str, ...] = Field((), description="Third parties' hosts whose errors count too.")
    harmless: tuple[str, ...] = Field(HARMLESS, description="Beginnings of messages of errors that nobody notices.")

    def matters(self, act: Act) -> bool:
        """Whether an error is one that a person can have noticed."""
        if act.props is None:
            return True
        said = message(act).casefold()
        return (
            act.props.get("handled") is not True
            and not any(said.startswith(one.casefold()) for one in self.harmless)
            and address.counts(act, address.host_of(act.text("source")), self.hosts)
        )


def message(act: Act) -> str:
    """What the error says."""
    return act.text("message") or act.text("description") or act.text("$exception_message")


def kind(act: Act) -> str:
    """What the error says with a # for each number, so that one mistake keeps one name.

    >>> kind(Act(0, "", "error", "", {"message": "no product 4711"}))
    'no product #'
    """
    return _NUMBER.sub("#", message(act)) or "an error without a message"
