"""Rules of a journey file as a product manager reads them: which job, by what, in words."""

from collections.abc import Iterator

from services.core.circumstance import Circumstance
from services.core.journey import Journey
from services.core.matcher import Condition, Matcher


def reason_named(journey: Journey, rule: str) -> str:
    """What a rule by its name (`gift/1`, `gift/when/1`, `gift/stated`) saw; "" where the journey has no such rule."""
    job, _, which = rule.partition("/")
    story = next((one for one in journey.jobs if one.name == job), None)
    if which == "stated":
        return "they said so themselves"
    rules = dict(enumerate(story.evidence, 1)) if story else {}
    times = dict(enumerate(story.circumstances, 1)) if story else {}
    kind, _, number = which.rpartition("/")
    if not number.isdigit():
        return ""
    if kind == "when":
        return in_circumstance(times[int(number)]) if int(number) in times else ""
    return in_words(rules[int(number)].match) if int(number) in rules else ""


def in_words(matcher: Matcher) -> str:
    """What a matcher asks for.

    >>> in_words(Matcher.model_validate({"event": "Products Searched", "where": {"query": {"contains": "gift"}}}))
    '“Products Searched” where query contains “gift”'
    """
    parts = [_either(matcher.event), f"on {_either(matcher.path)}" if matcher.path else ""]
    asked = [f"{name} {_asks(condition)}" for name, condition in matcher.where.items()]
    parts.append(f"where {' and '.join(asked)}" if asked else "")
    parts += [f"({' or '.join(in_words(one) for one in matcher.any_of)})" if matcher.any_of else ""]
    parts += [" and ".join(in_words(one) for one in matcher.all_of)]
    parts.append(f"but not {in_words(matcher.none_of)}" if matcher.none_of else "")
    return " ".join(part for part in parts if part)


def in_circumstance(one: Circumstance) -> str:
    """What a circumstance asks for."""
    named = {"campaign": one.campaign, "referrer": one.referrer}
    parts = [
        f"on {_either(one.device)}" if one.device else "",
        *(f"{name} {_asks(condition)}" for name, condition in named.items() if condition),
        f"between {one.hours.replace('-', ' and ')} o'clock" if one.hours else "",
        f"on {', '.join(one.weekdays)}" if one.weekdays else "",
        f"as a {one.visitor} visitor" if one.visitor else "",
    ]
    return ", ".join(part for part in parts if part)


def _asks(condition: Condition) -> str:
    return " and ".join(_keys(condition))


def _keys(condition: Condition) -> Iterator[str]:
    if condition.exists is not None:
        yield "is there" if condition.exists else "is not there"
    if condition.equals is not None:
        yield f"is {_quoted(condition.equals)}"
    if condition.contains is not None:
        yield f"contains {_quoted(condition.contains)}"
    if condition.one_of is not None:
        yield f"is {_either(condition.one_of)}"
    if condition.gt is not None:
        yield f"is above {condition.gt:g}"
    if condition.lt is not None:
        yield f"is below {condition.lt:g}"


def _either(names: tuple[str | float | bool, ...]) -> str:
    return " or ".join(map(_quoted, names))


def _quoted(value: str | float | bool) -> str:
    if isinstance(value, str):
        return f"“{value}”"
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
