"""Which detectors may find something else under another journey, though no event means anything else."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.core.counterparts import Counterparts
from services.core.detector import Detector
from services.core.journey import Journey
from services.core.learned import Learned
from services.core.stage import Stage, Step

LISTENING = ("visit", "enter", "turn_back", "outstay", "close")
"""What a detector may do without an event that it hears."""


def readjusted(before: Journey, after: Journey, same: Counterparts) -> frozenset[str]:
    """The detectors that are set otherwise, on or off."""
    kept = set(same.places.values()), set(same.jobs.values())
    old = _settings(before, same.places, same.jobs)
    new = _settings(after, *({name: name for name in names} for names in kept))
    return frozenset(name for name in old | new if old.get(name) != new.get(name))


def heard(journey: Journey, names: frozenset[str]) -> frozenset[str] | None:
    """Names of events without which none of these detectors finds anything; None where any event may be enough."""
    every: set[str] = set()
    for one in _every(journey, names):
        if any(getattr(type(one), method) is not getattr(Detector, method) for method in LISTENING):
            return None
        every |= one.hears | one.notices
    return frozenset(every)


def only(journey: Journey, names: frozenset[str]) -> Journey:
    """A journey that looks for these detectors alone."""
    document = journey.model_dump(mode="json", by_alias=True, exclude_unset=True)
    looked_for = {one.name for one in journey.detectors()}
    kept = {name: settings for name, settings in (journey.friction or {}).items() if name in names}
    document["friction"] = kept if journey.friction is not None else dict.fromkeys(names & looked_for)
    for stage in document["stages"]:
        stage["friction"] = {name: of for name, of in stage.get("friction", {}).items() if name in names}
    return Journey.model_validate(document)


def _settings(journey: Journey, places: Mapping[str, str], jobs: Mapping[str, str]) -> dict[str, list[Any]]:
    """All that each detector's findings hang on, beside the meaning of events and the order of places.

    `places` and `jobs` say what those that both journeys have are called; what is of others, nobody meets whose
    events all mean what they meant.
    """
    learned = journey.learned or Learned()
    settings = {one.name: [one, _staged(journey, one.name, places)] for one in journey.detectors()}
    patience = {places[name]: part.patience for name, part in _parts(journey) if name in places}
    stays = {
        places[place]: {jobs.get(job, job): stay for job, stay in of.items()}
        for place, of in learned.stays.items()
        if place in places
    }
    further: dict[str, list[Any]] = {
        "stage_stall": [patience, stays],
        "hesitation": [learned.waits],
        # Stages' own are told by where they lie (services.core.displacement).
        "excess_steps": [{jobs[job.name]: job.shortest_path for job in journey.jobs if job.name in jobs}],
    }
    for name, values in further.items():
        if name in settings:
            settings[name] += values
    return settings


def _staged(journey: Journey, name: str, places: Mapping[str, str]) -> list[Any]:
    """A detector's settings of its own in stages, and what it is called for at all."""
    staged = journey.staged_detectors().get(name, {})
    every = _every(journey, frozenset({name}))
    called_for = [_union(getattr(one, of) for one in every) for of in ("hears", "notices")]
    return [{places[stage]: one for stage, one in staged.items() if stage in places}, *called_for]


def _union(names: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*names)


def _every(journey: Journey, names: frozenset[str]) -> list[Detector]:
    """The detectors of these names, in all their settings."""
    staged = [one for of in journey.staged_detectors().values() for one in of.values()]
    return [one for one in (*journey.detectors(), *staged) if one.name in names]


def _parts(journey: Journey) -> Iterator[tuple[str, Stage | Step]]:
    for stage in journey.stages:
        yield stage.name, stage
        yield from ((f"{stage.name}.{step.name}", step) for step in stage.steps)
