"""What goes wrong with a page, and what only looks so: other people's scripts, blocked trackers, old links."""

from services.demo.people import hands
from services.demo.people.person import Person

OWN_ERRORS = ("x is undefined", "cannot read price of null", "request 4711 timed out")
NOISE = (("adsbygoogle failed", "https://ads.example/a.js"), ("Script error.", ""))
TRACKER = "https://pixel.ads.example/collect"


def opens(person: Person, path: str) -> None:
    """Come to a page that has its troubles, or none."""
    person.opens(path)
    _measure(person)
    _fail(person)
    hands.move_the_mouse(person)


def click_through(person: Person, target: str) -> None:
    """Click on something that leads on; once in a while it breaks under the hand."""
    if person.chance(0.015):
        hands.click(person, target, answered=False)
        person.suffers("error_click")
        person.suffers("script_error")
        person.suffers("dead_click")
        at = person.at + 1000 * person.some(0.15, 0.6)
        person.tells(at, "error", message="cannot read properties of undefined", source="/app.js")
        person.at = at + 2600
        person.takes(3)
    if person.chance(0.02):
        hands.click_twice(person, target)
    else:
        hands.click(person, target)
    person.takes(0.8, 0.3)


def follow_an_old_link(person: Person) -> None:
    """Come to a page that is no more, see that, and go back."""
    here = person.path
    person.opens("/offers/last-year", status=404)
    person.suffers("error_page")
    person.takes(3.5, 0.25)
    if here:
        person.suffers("quick_back")
        opens(person, here)


def _measure(person: Person) -> None:
    """The largest paint, which is slow when the server has hiccups or the network is poor."""
    seconds = person.some(1.6, 0.35) * (person.rng.uniform(2.5, 6.0) if person.chance(0.04) else 1.0)
    if person.chance(0.03):
        person.will_tell(seconds, "web_vitals", lcp_ms=round(seconds * 1000), hidden=True)
    else:
        person.will_tell(seconds, "web_vitals", "slow_page" if seconds > 4 else "", lcp_ms=round(seconds * 1000))


def _fail(person: Person) -> None:
    if person.chance(0.006):
        person.will_tell(0.4, "error", "script_error", message=person.rng.choice(OWN_ERRORS), source="/app.js")
    if person.chance(0.006):
        status = person.rng.choice((500, 502, 404, 0))
        person.will_tell(0.5, "request_failed", "failed_request", url="/api/stock/4711", method="GET", status=status)
    if person.blocks_ads and person.chance(0.6):
        person.will_tell(0.3, "request_failed", url=TRACKER, method="POST")
    for message, source in NOISE:
        if person.chance(0.01):
            person.will_tell(0.6, "error", message=message, source=source)
    if person.chance(0.01):
        person.will_tell(1.0, "error", message="no chat today", source="/app.js", handled=True)
