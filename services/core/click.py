"""What a click says, in our words or in PostHog's: what was clicked, and why it may not count."""

import re

from services.core.act import Act

CLICKS = frozenset({"click", "$autocapture"})
"""Events that are, or may be, a click: PostHog's `$autocapture` is also a change or a submit."""

DEAD_CLICKS = frozenset({"dead_click", "$dead_click"})
"""Clicks that nothing followed, as a client says that watched itself."""

TARGET = frozenset({"target", "role", "text", "$elements_chain", "$el_text", "$event_type"})
"""Properties that say what was clicked."""

TEXTUAL = frozenset({"textbox", "searchbox", "combobox", "input", "textarea"})
"""Roles of fields: a click there moves the cursor or selects, and often changes nothing that a page can see."""

_CHAIN_ID = re.compile(r'attr__id="([^"]+)"')


def is_click(act: Act) -> bool:
    """Whether it is a click at all."""
    return act.name != "$autocapture" or act.text("$event_type") in {"click", "touch"}


def target(act: Act) -> str:
    """What was clicked, "" where nobody says.

    >>> target(Act(0, "", "$autocapture", "", {"$elements_chain": 'a.buy:attr__id="pay"nth-child="1";div:'}))
    '#pay'
    """
    return act.text("target") or _clicked_in(act.text("$elements_chain"))


def text(act: Act) -> str:
    """What stands on it, in small letters."""
    return (act.text("text") or act.text("$el_text")).strip().casefold()


def role(act: Act) -> str:
    """Its ARIA role or its tag, in small letters."""
    return act.text("role").lower()


def says(act: Act, prop: str) -> bool:
    """Whether the page says yes to this."""
    return act.props is not None and act.props.get(prop) is True


def _clicked_in(chain: str) -> str:
    """The first of PostHog's chain of elements, by its id or else its tag and classes."""
    first = chain.partition(";")[0]
    named = _CHAIN_ID.search(first)
    return f"#{named[1]}" if named else first.partition(":")[0]
