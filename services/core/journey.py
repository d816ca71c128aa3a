"""The business's map as its owners write it: ordered stages with steps, jobs, and the friction looked for."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator

from services.core.agreement import Told, disagreements
from services.core.detector import Detector
from services.core.detectors import DETECTORS
from services.core.duration import Duration
from services.core.errors import JourneyError
from services.core.job_story import Job
from services.core.journey_schema import Schema, schema_of
from services.core.learned import Learned
from services.core.mistake import Key, Mistake, mistakes, unknown
from services.core.page import Pages
from services.core.part import Name, Part
from services.core.spikes.rules import AlertRules
from services.core.stage import DetectorSettings, Stage


class SessionRules(Part):
    """Where one session ends and the next begins."""

    inactivity: Duration = Field(timedelta(minutes=30), gt=timedelta(0), description="A longer pause ends the session.")
    max_length: Duration = Field(timedelta(hours=24), gt=timedelta(0), description="No session is longer.")
    allowed_lateness: Duration = Field(timedelta(minutes=30), description="How long a closed session can be reopened.")
    split_at_midnight: bool = Field(False, description="Whether the end of a day in `time_zone` ends the session.")
    split_on_campaign_change: bool = Field(
        False, description="Whether coming by a campaign ends a session that another one, or none, began."
    )


class Journey(Part):
    """A checked journey file."""

    journey: Name = Field(description="The journey's name.", examples=["shop"])
    currency: str = Field(
        "", pattern=r"^([A-Z]{3})?$", description="ISO 4217, where events name none.", examples=["EUR"]
    )
    time_zone: str = Field(
        "UTC", description="IANA name, in which hours and days are meant.", examples=["Europe/Berlin"]
    )
    sessions: SessionRules = Field(
        default_factory=SessionRules,
        description="Where one session ends and the next begins.",
        examples=[{"inactivity": "30m"}],
    )
    window: Duration = Field(
        timedelta(days=14), gt=timedelta(0), description="How long a job stays open across sessions."
    )
    stages: tuple[Stage, ...] = Field(
        min_length=1,
        description="The stages, in order.",
        examples=[[{"name": "browse", "enter": {"event": "Product Viewed"}}]],
    )
    jobs: tuple[Job, ...] = Field((), description="What customers come to get done.")
    pages: Pages = Field(default_factory=Pages, description="Which pages are log-ins, help, policies, errors.")
    unassigned: float = Field(0.5, gt=0, lt=1, description="Prior share of sessions with no job we know.")
    friction: dict[str, DetectorSettings | None] | None = Field(
        None,
        description="Detectors looked for, each with its settings; without this key all are, with their defaults.",
        examples=[{"rage_click": {"clicks": 3}}],
    )
    learned: Learned | None = Field(
        None, description="How long people do take, as `desireline learn` writes it into a file beside this one."
    )
    intended: tuple[str, ...] = Field(
        (), description="Stages or `stage.step`s whose friction serves the customer.", examples=[["checkout.payment"]]
    )
    alerts: AlertRules = Field(default_factory=AlertRules, description="Which spikes are told, and whom.")

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone: write an IANA name, such as Europe/Berlin, or UTC") from None
        return name

    @cached_property
    def places(self) -> list[str]:
        """Every stage, and every step as `stage.step`."""
        return self._told.places

    @property
    def _told(self) -> Told:
        return Told(self.stages, self.jobs, self.intended, self.learned, self.alerts)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The clock on the wall."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def version(self) -> str:
        """A hash of the content: two files that mean the same have the same version."""
        return hashlib.blake2b(self.document().encode(), digest_size=6).hexdigest()

    def document(self) -> str:
        """The journey as JSON, from which `read_journey(json.loads(…))` makes it again."""
        return self.model_dump_json(by_alias=True, exclude_unset=True)

    def detectors(self) -> list[Detector]:
        """The detectors this journey asks for, in the order of their names."""
        return [DETECTORS[name].model_validate(settings) for name, settings in sorted(self._settings().items())]

    def staged_detectors(self) -> dict[str, dict[str, Detector]]:
        """Of each detector with other settings in some stages, these stages and the detector as it is there."""
        staged: dict[str, dict[str, Detector]] = {}
        for stage in self.stages:
            for name, settings in stage.friction.items():
                merged = {**self._settings()[name], **settings}
                staged.setdefault(name, {})[stage.name] = DETECTORS[name].model_validate(merged)
        return staged

    def _settings(self) -> dict[str, DetectorSettings]:
        chosen = self.friction if self.friction is not None else dict.fromkeys(DETECTORS)
        return {name: settings or {} for name, settings in chosen.items()}


Where = Callable[[Key], str]
"""Says in words where a key stands, such as `desireline.yaml:12`."""


def read_journey(data: Any, where: Where = lambda _: "journey") -> Journey:
    """Check a journey's data as parsed from YAML or JSON.

    Raises JourneyError with one line for each mistake: where it stands, the key, what is wrong, what to do.
    """
    try:
        journey = Journey.model_validate(data)
    except ValidationError as error:
        found = mistakes(error, journey_schema())
    else:
        found = [*disagreements(journey._told), *_friction_mistakes(journey), *_stage_friction_mistakes(journey)]
        if not found:
            return journey
    raise JourneyError([f"{where(one.key)}: {one}" for one in found])


def journey_schema() -> Schema:
    """The JSON Schema of a journey file."""
    return schema_of(Journey, DETECTORS)


def _friction_mistakes(journey: Journey) -> Iterator[Mistake]:
    for name, settings in (journey.friction or {}).items():
        yield from _detector_mistakes(name, settings or {}, ("friction", name))


def _stage_friction_mistakes(journey: Journey) -> Iterator[Mistake]:
    looked_for = journey.friction if journey.friction is not None else DETECTORS
    for number, stage in enumerate(journey.stages):
        for name, settings in stage.friction.items():
            key = ("stages", number, "friction", name)
            if name in DETECTORS and name not in looked_for:
                yield Mistake(key, f"is not looked for in this journey: name {name} under `friction` too")
                continue
            yield from _detector_mistakes(name, settings, key)


def _detector_mistakes(name: str, settings: DetectorSettings, key: Key) -> list[Mistake]:
    detector = DETECTORS.get(name)
    if detector is None:
        return [Mistake(key, f"no such detector; {unknown(name, list(DETECTORS))}")]
    try:
        detector.model_validate(settings)
    except ValidationError as error:
        return mistakes(error, journey_schema(), key)
    return []
