"""What hands do: clicks that are answered, clicks that are not, hammering, shaking, and all the clicking done in peace.

Taps and clicks scatter around where somebody aims; an angry hand is quick (about four clicks a second) but not even.
"""

from typing import Any

from services.demo.people.person import Person

OVERLOOKED = 0.001
"""Share of answered clicks of which a page says that nothing followed: what it did was out of its own sight."""

LONGEST_AWAY = 1_500.0
"""Seconds; after half an hour it would be another session, of which nobody here would know."""

SCATTER_PX = {"desktop": 2.0, "mobile": 6.0, "app": 6.0}


def click(person: Person, target: str, at: tuple[float, float] | None = None, **props: Any) -> None:
    """Click once; a page that knows what followed says so."""
    x, y = at or aim(person)
    scatter = SCATTER_PX[person.device]
    told = {"role": "button", "answered": not person.chance(OVERLOOKED), **props}
    person.does(
        "click", target=target, x=round(person.rng.gauss(x, scatter)), y=round(person.rng.gauss(y, scatter)), **told
    )


def aim(person: Person) -> tuple[float, float]:
    """Where somebody aims."""
    return person.rng.uniform(20, 360), person.rng.uniform(20, 800)


def click_in_vain(person: Person, target: str, role: str = "button") -> None:
    """Click on what should answer and does not: some wonder and try again, some hammer on it."""
    there = aim(person)
    person.suffers("dead_click")
    if person.chance(0.45):
        hammer(person, target, there, role)
    else:
        for _ in range(person.rng.choice((1, 1, 1, 2, 3))):
            click(person, target, there, role=role, answered=False)
            person.takes(1.6, 0.7)
    person.at += 2500.0  # until a page has been waited for long enough not to be the answer
    person.takes(4)


def hammer(person: Person, target: str, there: tuple[float, float], role: str) -> None:
    """Click again and again on what does not answer."""
    person.suffers("rage_click")
    for _ in range(person.rng.choice((4, 5, 5, 6, 6, 7, 8, 10))):
        click(person, target, there, role=role, answered=False)
        person.takes(0.24, 0.4)


def click_many_times(person: Person, target: str, text: str, role: str = "button") -> None:
    """Turn a carousel or count a number up: quick, many, and content."""
    there = aim(person)
    for _ in range(person.rng.randint(3, 9)):
        click(person, target, there, role=role, text=text)
        person.takes(0.55, 0.5)


def select_text(person: Person) -> None:
    """Click three or four times to select a paragraph."""
    there = aim(person)
    for number in range(person.rng.choice((2, 3, 3, 3, 4))):
        click(person, "main p", there, role="p", answered=number > 0, selected=number > 0)
        person.takes(0.16, 0.25)
    person.takes(3)


def click_twice(person: Person, target: str) -> None:
    """Double-click, as some do on everything."""
    there = aim(person)
    click(person, target, there)
    person.takes(0.18, 0.2)
    click(person, target, there)


def open_elsewhere(person: Person, target: str) -> None:
    """Open a link in another tab, look there, and come back."""
    click(person, target, role="a", answered=False, new_tab=True)
    person.at += 300
    look_away(person, 25)


def look_away(person: Person, median: float) -> None:
    """Have the tab or the app out of sight for a while; who stays away for longer does not come back."""
    is_app = person.device == "app"
    person.does("app_background" if is_app else "tab_hidden")
    person.at += 1000 * min(person.some(median, 0.8), LONGEST_AWAY)
    person.does("app_foreground" if is_app else "tab_shown")


def move_the_mouse(person: Person) -> None:
    """Only what a page takes for shaking is told: most of it in despair, some of it to find the pointer."""
    if person.device != "desktop":
        return
    if person.chance(0.02):
        changes = max(6, round(person.rng.gauss(30, 4)))
        person.will_tell(2, "cursor", "thrashed_cursor", changes=changes, axis="x", within_ms=1800, target="main")
    elif person.chance(0.03):
        changes = max(6, round(person.rng.gauss(11, 3)))
        person.will_tell(2, "cursor", changes=changes, axis="y", within_ms=1900, target="main")
