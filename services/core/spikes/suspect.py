"""Which page, device, release or source an incident comes from: the one that holds what is more than usual.

What most have in common is no likely cause where they always had it: what is compared is how they fare with how those
with the same value usually fare.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

HOLDS = 0.6
"""So much of all that is more than usual, or it is no likely cause."""
KNOWN_FROM = 30
"""Sessions, from which on it is known what is usual for one value by itself."""
TELLS_FROM = 3
"""As many others would usually be affected: fewer do not say whether they are spared."""
SPARED = 0.5
"""Times the worst one's excess, each in shares of what is usual: the others, where it comes from one."""
NEW = 2.0
"""Times as common as usual: what came with the incident."""


class Tally(NamedTuple):
    """Those with one value: how many there are and how many of them are affected, now and in the days before."""

    exposed: int = 0
    affected: int = 0
    exposed_before: int = 0
    affected_before: int = 0

    def expected(self, otherwise: float) -> float:
        """How many of them would usually be affected: by what is usual for them, or else for all."""
        own = self.affected_before / self.exposed_before if self.exposed_before >= KNOWN_FROM else otherwise
        return own * self.exposed


def total(tallies: Iterable[Tally]) -> Tally:
    return Tally(*(sum(counts) for counts in zip(*tallies, strict=True)))


def suspect(tallies: Mapping[str, Tally], usual: float) -> str:
    """The value of nearly all who are too many, where the others are rather spared, or where it is new.

    "" where there is none, as where all have the same. `usual`: the rate of all together.

    >>> suspect({"mobile": Tally(100, 60, 1000, 200), "desktop": Tally(100, 21, 1000, 200)}, 0.2)
    'mobile'
    >>> suspect({"mobile": Tally(100, 60, 1000, 200)}, 0.2)
    ''
    """
    expected = {value: one.expected(usual) for value, one in tallies.items()}
    excess = {value: one.affected - expected[value] for value, one in tallies.items()}
    worst = max(excess, key=lambda value: excess[value], default="")
    if not worst or excess[worst] <= 0 or excess[worst] < HOLDS * sum(excess.values()):
        return ""
    others = sum(expected.values()) - expected[worst]
    spread = sum(excess.values()) - excess[worst]
    is_alone = others >= TELLS_FROM and spread * expected[worst] <= SPARED * excess[worst] * others
    return worst if is_alone or _is_new(tallies[worst], total(tallies.values())) else ""


def _is_new(one: Tally, every: Tally) -> bool:
    return one.exposed * every.exposed_before >= NEW * one.exposed_before * every.exposed and every.exposed_before > 0


def last_seen(tallies: Mapping[str, Tally]) -> str:
    """The page on which those end who are too many. A page is where somebody ended, not what they came with.

    >>> last_seen({"/pay": Tally(60, 50, 600, 60), "/faq": Tally(40, 12, 400, 120)})
    '/pay'
    """
    every = total(tallies.values()) if tallies else Tally()
    knows = every.exposed_before >= KNOWN_FROM
    scale = every.exposed / every.exposed_before if knows else 0.0
    excess = {page: one.affected - scale * one.affected_before for page, one in tallies.items()}
    worst = max(excess, key=lambda page: excess[page], default="")
    return worst if worst and excess[worst] > 0 and excess[worst] >= HOLDS * sum(excess.values()) else ""


class Flow(NamedTuple):
    """Events with one value: how many came, and how many usually do in as many hours."""

    came: int
    usual: float


FELL_SILENT, GOES_ON = 0.5, 0.75
"""Shares of the usual: fewer than this of the one, at least this of the others."""


def silent(flows: Mapping[str, Flow]) -> str:
    """The value whose events stay away while the others come; "" where all stay away, or there is only one.

    >>> silent({"app": Flow(0, 300), "web": Flow(198, 200)}), silent({"app": Flow(0, 300), "web": Flow(1, 200)})
    ('app', '')
    """
    worst = max(flows, key=lambda value: flows[value].usual - flows[value].came, default="")
    if not worst or flows[worst].came > FELL_SILENT * flows[worst].usual:
        return ""
    came = sum(one.came for value, one in flows.items() if value != worst)
    usual = sum(one.usual for value, one in flows.items() if value != worst)
    return worst if usual >= TELLS_FROM and came >= GOES_ON * usual else ""
