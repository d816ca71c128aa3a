"""The steps of a funnel as they were asked for, each of which the journey must know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.api.funnel_terms import FunnelTerms
from services.api.problem import Refusal
from services.api.window import read_window
from services.core.duration import millis
from services.core.journey import Journey

MOST_STEPS = 20
NO_WINDOW_MS = millis(timedelta(days=10_000))


@dataclass(frozen=True)
class FunnelPath:
    """The steps, which of them are optional, how long each may take, and what excludes."""

    steps: Sequence[str]
    optional: frozenset[str]
    windows_ms: Sequence[int]
    exclude: Sequence[str]

    @property
    def has_rules(self) -> bool:
        """Whether there is more to it than the steps and the window."""
        return bool(self.optional or self.exclude or min(self.windows_ms) < NO_WINDOW_MS)

    @property
    def following(self) -> list[int]:
        """For each step the number of the next that is not optional, from 1; 0 after the last."""
        return [
            next((after for after in range(number + 1, len(self.steps) + 1) if not self._is_optional(after)), 0)
            for number in range(1, len(self.steps) + 1)
        ]

    @property
    def parameters(self) -> dict[str, object]:
        """For SQL."""
        return {
            "steps": list(self.steps),
            "exclude": list(self.exclude),
            "next": self.following,
            "befores": [list(self._befores(number)) for number in range(1, len(self.steps) + 1)],
            "step_windows": list(self.windows_ms),
            "keeps_all": min(self.windows_ms) < NO_WINDOW_MS,
        }

    def _is_optional(self, number: int) -> bool:
        return self.steps[number - 1] in self.optional

    def _befores(self, number: int) -> Iterator[int]:
        """The steps from which this one can be reached, nearest first."""
        for before in range(number - 1, 0, -1):
            yield before
            if not self._is_optional(before):
                return


def read_path(journey: Journey, terms: FunnelTerms, steps: str, exclude: str) -> FunnelPath:
    """The steps and exclusions named, separated by commas. Raises a Refusal that points at the mistake."""
    known = known_steps(journey)
    named = _names(steps) or [stage.name for stage in journey.stages]
    _refuse("steps", mistake_in(named, known, terms.order))
    excluding = _names(exclude)
    if set(excluding) - (set(known) - set(named)):
        _refuse("exclude", f"Only what is no step of this funnel can exclude, of {', '.join(known)}.")
    return ruled(terms, named, excluding)


def ruled(terms: FunnelTerms, steps: Sequence[str], exclude: Sequence[str]) -> FunnelPath:
    """These steps with the rules that were asked for. Raises a Refusal that points at the mistake."""
    optional = _names(terms.optional)
    if set(optional) - set(steps[1:-1]):
        _refuse("optional", "Only steps of this funnel can be optional, and never the first or the last.")
    windows = _windows(terms.step_windows, steps)
    path = FunnelPath(steps, frozenset(optional), [windows.get(step, NO_WINDOW_MS) for step in steps], exclude)
    if terms.order == "any" and path.has_rules:
        _refuse("order", "With order=any there are no step_windows, optional or exclude: they need an order.")
    if (terms.breakdown == "property") != bool(terms.property):
        _refuse("property", "breakdown=property and `property` go together.")
    return path


def _windows(given: str, steps: Sequence[str]) -> dict[str, int]:
    windows = {}
    for one in _names(given):
        step, _, longest = one.partition(":")
        if step not in steps[1:]:
            _refuse("step_windows", f"{step!r} is no step of this funnel after the first; write `step:30m`.")
        try:
            windows[step] = millis(read_window(longest))
        except ValueError as error:
            _refuse("step_windows", f"{one!r}: {error}")
    return windows


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",")] if given else []


def _refuse(parameter: str, mistake: str) -> None:
    if mistake:
        raise Refusal(422, mistake, pointer=f"/query/{parameter}")


def known_steps(journey: Journey) -> list[str]:
    """Every stage, followed by its steps as `stage.step`."""
    return [
        name
        for stage in journey.stages
        for name in (stage.name, *(f"{stage.name}.{step.name}" for step in stage.steps))
    ]


def mistake_in(steps: Sequence[str], known: Sequence[str], order: str) -> str:
    """What is wrong with the steps asked for, "" where nothing is."""
    unknown = [name for name in steps if name not in known]
    if unknown:
        return f"The journey has no stage or stage.step {unknown[0]!r}; it has {', '.join(known)}."
    if len(set(steps)) < len(steps) or len(steps) > MOST_STEPS:
        return f"Name each step once, and at most {MOST_STEPS}."
    if order == "strict" and any(name.split(".")[0] in steps for name in steps if "." in name):
        return "With order=strict, a stage and a step of it cannot both be asked for: one event would be both."
    return ""
