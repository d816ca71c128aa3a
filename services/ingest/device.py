"""What a visitor holds in their hands: device, browser and system, from the user agent and the browser's hints."""

import re
from functools import lru_cache
from typing import Final

import msgspec
from ua_parser import parse

from services.core.seen import Seen

AGENT_LETTERS = 512  # none of a browser is longer
NAME_LETTERS = 40

_TV: Final = re.compile(
    r"smart-?tv|\btv\b|web0s|netcast|hbbtv|roku|bravia|appletv|googletv|crkey|aft[a-z]{1,2}\b", re.I
)
_TABLET: Final = re.compile(r"ipad|tablet|kindle|silk/|playbook", re.I)
_MOBILE: Final = re.compile(r"mobi|iphone|ipod|android|windows phone|opera mini", re.I)
_DESKTOPS: Final = frozenset({"Windows", "macOS", "Linux", "Chrome OS", "Ubuntu", "Fedora", "FreeBSD", "OpenBSD"})
_OS_NAMES: Final = {
    "Mac OS X": "macOS",
    "Mac OS": "macOS",
    "Chromium OS": "Chrome OS",
    "iPadOS": "iOS",
    "ipados": "iOS",
}
_TOLD_OS: Final = {"ios": "iOS", "android": "Android", "macos": "macOS", "windows": "Windows", "linux": "Linux"}
_TOLD_DEVICES: Final = {
    **dict.fromkeys(("desktop", "tablet", "mobile", "tv"), ""),
    **dict.fromkeys(("ios", "android", "iphone", "phone", "smartphone"), "mobile"),
    **dict.fromkeys(("smarttv", "smart tv", "smart_tv", "television"), "tv"),
    "ipad": "tablet",
}
_BRANDS: Final = {"Google Chrome": "Chrome", "Microsoft Edge": "Edge", "Opera": "Opera", "Brave": "Brave"}


class Brand(msgspec.Struct, frozen=True, gc=False):
    """One of the names that a browser goes by."""

    brand: str = ""
    version: str = ""


class Hints(msgspec.Struct, frozen=True, gc=False):
    """What a browser says of itself beside the user agent (`navigator.userAgentData`, the `Sec-CH-UA` headers)."""

    brands: tuple[Brand, ...] = ()
    mobile: bool = False
    platform: str = ""


NO_HINTS: Final = Hints()


@lru_cache(maxsize=4096)
def held(agent: str, hints: Hints = NO_HINTS) -> Seen:
    """
    >>> held("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36")[:3]
    ('mobile', 'Chrome', 'Android')
    """
    told = parse(agent[:AGENT_LETTERS])
    browser = told.user_agent.family if told.user_agent else ""
    system = told.os.family if told.os else ""
    system = hints.platform or _OS_NAMES.get(system, system)
    # What is seen on phones of a browser is its device, and not another browser.
    browser = browser.replace("Mobile ", "").replace(" Mobile", "").replace(" iOS", "")
    browser = next((_BRANDS[one.brand] for one in hints.brands if one.brand in _BRANDS), browser)
    return Seen(_device(agent[:AGENT_LETTERS], system, hints), browser[:NAME_LETTERS], system[:NAME_LETTERS])


def _device(agent: str, system: str, hints: Hints) -> str:
    if _TV.search(agent):
        return "tv"
    if _TABLET.search(agent) or (system == "Android" and agent and "Mobi" not in agent and not hints.mobile):
        return "tablet"
    if hints.mobile or _MOBILE.search(agent):
        return "mobile"
    if system in _DESKTOPS:
        return "desktop"
    return "other" if agent else ""


@lru_cache(maxsize=1024)
def as_told(device: str, system: str) -> Seen:
    """What an app's library says, which sends no user agent.

    >>> as_told("ios", "iPadOS")[:3]
    ('tablet', '', 'iOS')
    """
    folded = device.casefold()
    kind = _TOLD_DEVICES.get(folded, "other" if folded else "") or folded
    if system.casefold() == "ipados":
        kind = "tablet"
    name = _TOLD_OS.get(system.casefold()) or _OS_NAMES.get(system, system) or _TOLD_OS.get(folded, "")
    return Seen(kind, "", name[:NAME_LETTERS])
