"""The terms of a write key: what its events are held to beyond what holds for all, as the keys file says it."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

RATE = 50_000.0
ADDRESS_RATE = 2_000.0
EVENT_NAMES = 500
AHEAD_HOURS = 24.0
MOST_AHEAD_HOURS = 7 * 24.0

ORIGIN = r"^(null|[a-z][a-z0-9+.-]*://(\*\.)?[a-z0-9.\[\]:_-]+)$"
"""As a browser writes it: scheme and host in small letters, a port where it is not the usual one, nothing behind."""

Origin = Annotated[str, Meta(pattern=ORIGIN, max_length=256)]
PerSecond = Annotated[float, Meta(gt=0)]


class Manner(StrEnum):
    """Says what becomes of events that speak against being counted."""

    DROP = "drop"
    IGNORE = "ignore"  # what speaks against it; the events are taken


class Asked(StrEnum):
    """Says what becomes of events whose visitors ask not to be watched."""

    DROP = "drop"
    ANONYMOUS = "anonymous"  # they are taken without anything that leads to the person
    IGNORE = "ignore"  # the wish; the events are taken as they come


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Holds for all that is sent with one write key."""

    origins: tuple[Origin, ...] = ()
    """From whose pages browsers may send, `https://*.shop.example` for all below one; empty: from any."""

    rate: PerSecond = RATE
    """Events a second that one process takes in the long run; ten seconds' worth may come at once."""

    address_rate: PerSecond = ADDRESS_RATE
    """The same of one network: the first three bytes of an IPv4 address, the first 48 bits of an IPv6 one."""

    robots: Manner = Manner.DROP
    """What browsers send that say they are driven by a program."""

    gpc: Asked = Asked.IGNORE
    """What browsers send with `Sec-GPC: 1` (Global Privacy Control), or calls with `gpc` in their context."""

    dnt: Asked = Asked.IGNORE
    """What browsers send with `DNT: 1` (Do Not Track), or calls with `dnt` in their context."""

    consent: dict[str, Asked] = {}
    """What calls hold that deny a category, by its name in `context.consent.categoryPreferences`."""

    ahead_hours: Annotated[float, Meta(ge=0, le=MOST_AHEAD_HOURS)] = AHEAD_HOURS
    """So far ahead of ours a client's clock may be; what it stamps is taken to have happened when it came."""

    event_names: Annotated[int, Meta(ge=1, le=100_000)] = EVENT_NAMES
    """So many names of its own a project may give to events; those beyond are counted as `other`."""

    @property
    def honour_wishes(self) -> bool:
        return self.gpc is not Asked.IGNORE or self.dnt is not Asked.IGNORE or bool(self.consent)

    @property
    def most_ahead_ms(self) -> int:
        return round(self.ahead_hours * 3_600_000)

    def may_send_from(self, origin: str) -> bool:
        """Whether a page of this origin may send.

        >>> terms = Terms(origins=("https://shop.example", "https://*.shop.example"))
        >>> terms.may_send_from("https://m.shop.example"), terms.may_send_from("https://notshop.example")
        (True, False)
        """
        if not self.origins or origin in self.origins:
            return True
        scheme, _, host = origin.lower().partition("://")
        return any(
            allowed.startswith(f"{scheme}://*.") and host.endswith(allowed.partition("*")[2])
            for allowed in self.origins
        )


USUAL = Terms()
