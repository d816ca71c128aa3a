"""Filling in a form: thinking before a field, typing, slips, refusals, and giving up half-way."""

from collections.abc import Sequence

from services.demo.people import hands
from services.demo.people.faults import Fault
from services.demo.people.person import Gone, Person


def fill_in(person: Person, form: str, fields: Sequence[str], question: Fault) -> None:
    """Answer all fields and send the form. Raises Gone at a question that somebody would rather not answer."""
    asked = person.rng.randrange(len(fields)) if person.meets(question) else -1
    for number, field in enumerate(fields):
        _answer(person, form, field)
        if number == asked and not person.bears(question):
            person.takes(6)
            if person.chance(0.6) and number + 1 < len(fields):
                _tell(person, form, fields[number + 1], "focus")
            person.suffers("form_abandonment")
            raise Gone
    person.takes(2)
    person.does("form_submit", form=form)


def _answer(person: Person, form: str, field: str) -> None:
    _tell(person, form, field, "focus")
    was_away = _think(person, field)
    if was_away:
        person.does("form_field", form=form, field=field, action="input", hidden=True)
    else:
        _tell(person, form, field, "input")
    person.takes(4)
    _tell(person, form, field, "leave")
    _correct(person, form, field)


def _think(person: Person, field: str) -> bool:
    """Look at a field until it is clear what it wants; say whether the person was away meanwhile."""
    if person.chance(0.015):
        person.suffers("hesitation")
        person.takes(21, 0.3)
    elif field == "card" and person.chance(0.05):  # it lies in another room
        person.suffers("hesitation")
        person.takes(35, 0.4)
    elif person.chance(0.012):
        person.takes(1.5)
        hands.look_away(person, 40)
        person.takes(1)
        return True
    else:
        person.takes(1.2, 0.6)
    return False


def _correct(person: Person, form: str, field: str) -> None:
    """A slip is mended once; an answer that is not understood is given again and again."""
    if person.chance(0.04):
        _again(person, form, field)
    elif person.chance(0.012):
        person.suffers("form_refill")
        for _ in range(person.rng.choice((2, 2, 3, 4))):
            _again(person, form, field)
    elif person.chance(0.04):
        _tell(person, form, field, "invalid")
        _again(person, form, field)
    elif person.chance(0.012):
        person.suffers("form_refill")
        for _ in range(person.rng.choice((2, 2, 3))):
            _tell(person, form, field, "invalid")
            _again(person, form, field)


def _again(person: Person, form: str, field: str) -> None:
    person.takes(3)
    _tell(person, form, field, "focus")
    person.takes(1)
    _tell(person, form, field, "input")
    person.takes(3)
    _tell(person, form, field, "leave")


def _tell(person: Person, form: str, field: str, action: str) -> None:
    person.does("form_field", form=form, field=field, action=action)
