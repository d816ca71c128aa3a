"""Which events a rule is about: matchers are data in the journey file, not code.

A matcher is decided in two stages, since most need only the event's name and path, of which there are few:
with `props=None` the answer is True, False or, where it hangs on a property, None (Kleene's three values).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

Props = Mapping[str, Any]

Question = Callable[[Props], bool]
"""What an event's properties must satisfy."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...]),
]


class Condition(BaseModel):
    """What one property must satisfy; several keys must all hold. Comparison of text ignores case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    equals: str | float | bool | None = Field(None, description="It is this.")
    contains: str | None = Field(None, description="It is a text that has this in it.")
    gt: float | None = Field(None, description="It is a number greater than this.")
    lt: float | None = Field(None, description="It is a number less than this.")
    one_of: tuple[str | float | bool, ...] | None = Field(None, alias="in", description="It is one of these.")
    exists: bool | None = Field(None, description="It is there at all, or (false) is not.")

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        if not self.model_fields_set:
            raise ValueError("says nothing: give equals, contains, in, gt, lt or exists")
        return self

    def holds(self, value: Any) -> bool:
        """Whether a property's value (None: absent) satisfies every key given."""
        if self.exists is not None and self.exists != (value is not None):
            return False
        if value is None:
            return self.exists is False
        return self._compares(value) and self._lies_between(value)

    def _compares(self, value: Any) -> bool:
        folded = _folded(value)
        if self.equals is not None and folded != _folded(self.equals):
            return False
        if self.one_of is not None and folded not in [_folded(one) for one in self.one_of]:
            return False
        return self.contains is None or (isinstance(folded, str) and self.contains.casefold() in folded)

    def _lies_between(self, value: Any) -> bool:
        if self.gt is None and self.lt is None:
            return True
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (self.gt is None or value > self.gt) and (self.lt is None or value < self.lt)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def as_condition(value: Any) -> Any:
    """A bare value is short for a condition that equals it."""
    return {"equals": value} if isinstance(value, str | int | float) else value


Told = Annotated[Condition, BeforeValidator(as_condition, json_schema_input_type=Condition | str | float | bool)]


class Matcher(BaseModel):
    """A condition on one event; all keys given must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: Names = Field((), description="The event's name, or a list of names.", examples=["Product Viewed"])
    path: Names = Field(
        (),
        description="Glob on the page's path: * within a segment, ** across segments.",
        examples=["/gifts/**"],
    )
    where: dict[str, Told] = Field(
        {},
        description="Property (dots reach into objects) to a value or a condition.",
        examples=[{"query": {"contains": "gift"}}],
    )
    any_of: tuple["Matcher", ...] = Field(
        (), description="At least one of these holds.", examples=[[{"event": "Checkout Started"}, {"path": "/pay"}]]
    )
    all_of: tuple["Matcher", ...] = Field(
        (), description="All of these hold.", examples=[[{"path": "/pay"}, {"where": {"step": 3}}]]
    )
    none_of: "Matcher | None" = Field(None, alias="not", description="This does not hold.")

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, globs: tuple[str, ...]) -> tuple[str, ...]:
        for glob in globs:
            if not glob.startswith(("/", "*")):
                meant = "/" + glob.partition("://")[2].partition("/")[2] if "://" in glob else f"/{glob}"
                raise ValueError(
                    f"no page has the path {glob!r}: a path begins with /, without a host: write {meant!r}"
                )
        return globs

    @model_validator(mode="after")
    def _says_something(self) -> "Matcher":
        if not (self.event or self.path or self.where or self.any_of or self.all_of or self.none_of):
            raise ValueError("an empty matcher would match every event: give event, path, where, any_of, all_of or not")
        return self

    def matches(self, name: str, path: str, props: Props | None) -> bool | None:
        """Whether an event matches; None where that hangs on `props`, which are not known yet (None)."""
        if self.event and name not in self.event:
            return False
        if self.path and _globs(self.path).fullmatch(path) is None:
            return False
        inner: list[bool | None] = [one.matches(name, path, None) for one in self.all_of]
        if self.any_of:
            inner.append(_any([one.matches(name, path, None) for one in self.any_of]))
        if self.none_of is not None:
            inner.append(_not(self.none_of.matches(name, path, None)))
        if self.where:
            inner.append(None)
        answer = _all(inner)
        return answer if answer is not None or props is None else self.question(name, path)(props)

    def question(self, name: str, path: str) -> Question:
        """What is left to ask where an event's name and path leave it open: only that is asked of each such event."""
        asked = _open(self.all_of, name, path)
        if self.any_of and _any([one.matches(name, path, None) for one in self.any_of]) is None:
            some = _open(self.any_of, name, path)
            asked.append(some[0] if len(some) == 1 else lambda props: any(ask(props) for ask in some))
        if self.none_of is not None and (denied := _open((self.none_of,), name, path)):
            asked.append(lambda props: not denied[0](props))
        if self.where:
            asked.append(self._properties_hold)
        return asked[0] if len(asked) == 1 else lambda props: all(ask(props) for ask in asked)

    def _properties_hold(self, props: Props) -> bool:
        return all(condition.holds(reach(props, key)) for key, condition in self.where.items())

    def alternatives(self) -> tuple["Matcher", ...]:
        """Matchers of which one holds wherever this one does: one for each of `any_of`, else itself."""
        if len(self.any_of) < 2:
            return (self,)
        return tuple(self.model_copy(update={"any_of": (one,)}) for one in self.any_of)

    def reads(self) -> set[str]:
        """The top-level properties this matcher looks at."""
        inner = [*self.any_of, *self.all_of, *([self.none_of] if self.none_of else [])]
        return {key.partition(".")[0] for key in self.where}.union(*(one.reads() for one in inner))


def _open(matchers: Sequence[Matcher], name: str, path: str) -> list[Question]:
    return [one.question(name, path) for one in matchers if one.matches(name, path, None) is None]


def reach(props: Props, key: str) -> Any:
    """The value at a property or at a dotted way into objects; None where there is none.

    >>> reach({"product": {"brand": "acme"}}, "product.brand")
    'acme'
    """
    if key in props:
        return props[key]
    value: Any = props
    for part in key.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _all(values: Sequence[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _any(values: Sequence[bool | None]) -> bool | None:
    if True in values:
        return True
    return None if None in values else False


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


@lru_cache(maxsize=4096)
def _globs(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Path globs as one regular expression, which is quicker than one after the other."""
    return re.compile("|".join(f"(?:{_glob(pattern)})" for pattern in patterns))


def _glob(pattern: str) -> str:
    """A trailing slash never makes a difference."""
    parts = re.split(r"(\*\*|\*|\?)", pattern.rstrip("/") or "/")
    wild = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(wild.get(part) or re.escape(part) for part in parts) + "/?"
