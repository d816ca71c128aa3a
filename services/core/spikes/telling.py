"""What is told of an incident, in words of the job story, whoever hears it and however it is sent."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from services.core.journey import Journey
from services.core.spikes.baseline import Level
from services.core.spikes.cell import JOB_SUCCESS, NOT_GOING_ON, SILENCE
from services.core.spikes.incident import Evidence, Incident, Measured, Moment
from services.core.spikes.settling import lag

BEGINS = {Moment.OPENED: "", Moment.UPDATED: "Still: ", Moment.RECOVERED: "As usual again: "}
COMPARED = {
    Level.SAME_HOUR: "Usual is the same hour of the last weeks.",
    Level.DAY_TYPE: "Usual is this hour of such days, as there are too few weeks yet.",
    Level.GLOBAL: "Usual is all hours so far, as there are too few days yet.",
    Level.OBJECTIVE: "The objective is that of the journey file.",
}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A message, in plain text."""

    moment: str
    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    footnote: str = ""


def tell(incident: Incident, journey: Journey, url: str = "") -> Told:
    """What to say of its last moment; `url` is where the API is reached, without it nothing is linked."""
    moment, named = Moment(incident.moment), incident.named
    return Told(
        moment=moment,
        title=BEGINS[moment] + _title(named),
        sentence=_sentence(named, journey),
        facts=tuple(_facts(incident, journey)),
        links=tuple(_links(incident, url)) if url else (),
        footnote=f"Incident {incident.id} of {incident.project}. {COMPARED[Level(named.level)]}",
    )


def subject(named: Measured) -> str:
    """What an incident's numbers are of."""
    if named.detector == SILENCE:
        return "Events"
    if named.detector == JOB_SUCCESS:
        return words(named.job).capitalize()
    what = "Not going on" if named.detector == NOT_GOING_ON else words(named.detector).capitalize()
    return f"{what}{f' in {words(named.stage)}' if named.stage else ''}"


def _title(named: Measured) -> str:
    if named.detector == SILENCE:
        return "Events stay away"
    if named.detector == JOB_SUCCESS:
        return f"{subject(named)} succeeds too seldom"
    where = f" in {words(named.stage)}" if named.stage else ""
    return f"{'Fewer go on' if named.detector == NOT_GOING_ON else _friction(named).capitalize()}{where}"


def _friction(one: Measured) -> str:
    if one.detector == NOT_GOING_ON:
        return "fewer going on"
    return f"{'less ' if one.excess < 0 else ''}{words(one.detector)}"


def words(name: str) -> str:
    """A name of the journey file as people write it."""
    return name.replace("_", " ")


def _sentence(named: Measured, journey: Journey) -> str:
    if named.detector == SILENCE:
        came = named.exposed - named.affected
        return f"{came:,} events came within the hour; usual are {named.exposed:,}."
    job = next((job for job in journey.jobs if job.name == named.job), None)
    begin = f"When {job.when.removeprefix('When ')}, " if job else ""
    share = f"{named.affected / named.exposed:.0%} of {named.exposed:,}" if named.exposed else "nobody"
    if named.detector == JOB_SUCCESS:
        want = job.want if job else words(named.job)
        return _capital(f"{begin}{share}{_within(named)} could not {want}; the objective allows {named.usual:.0%}.")
    usual = f"usual {named.usual:.0%}, ±{100 * named.spread:.0f}"
    stage = words(named.stage) or "the journey"
    if named.excess < 0:
        share = f"only {share}"
    what = "did not go on" if named.detector == NOT_GOING_ON else f"ran into {words(named.detector)}"
    return _capital(f"{begin}{share} in {stage} {what}; {usual}.")


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _within(named: Measured) -> str:
    """Of which hours its numbers are: an objective is looked at over several."""
    return f" in the last {named.windows} hours" if named.level == Level.OBJECTIVE else " in the last hour"


def _costs(named: Measured, about: Evidence) -> str:
    """How many more than usual, and what that comes to where it is known."""
    more = max(0, round(named.excess))
    if named.detector == SILENCE or not more:
        return ""
    beyond = "allowed" if named.detector == JOB_SUCCESS else "usual"
    told = [f"{more:,} more than {beyond}{_within(named)}"]
    if about.apiece:
        lost, apiece = (f"{amount:,.0f} {about.currency}" for amount in (more * about.apiece, about.apiece))
        told.append(f"about {lost}, at {apiece} for each who {_otherwise(named)}")
    if about.value:
        told.append(f"{about.value:,.0f} {about.currency} in the baskets of all affected")
    return "; ".join(told)


def _otherwise(named: Measured) -> str:
    return "gets it done" if named.detector == JOB_SUCCESS else "goes on"


def began(incident: Incident, journey: Journey) -> datetime:
    """Since when, in the journey's time zone: the hour that was counted, which may be judged later."""
    hour = incident.began - lag(journey, incident.named.cell)
    return datetime.fromtimestamp(hour * 3600, UTC).astimezone(journey.zone)


def _facts(incident: Incident, journey: Journey) -> Sequence[tuple[str, str]]:
    about, named = incident.evidence, incident.named
    others = [
        f"{_friction(one)} in {words(one.stage) or 'the journey'}"
        for one in incident.cells
        if one.cell[:2] != named.cell[:2] and one.hour == named.hour
    ]
    facts = [
        ("Since", f"{began(incident, journey):%a %d %b, %H:%M} ({journey.time_zone})"),
        ("Page", about.page),
        ("Element", about.element),
        ("Likely cause", about.cause),
        ("Release", about.release),
        ("Device", about.device),
        ("Costs", _costs(named, about)),
        ("With it", ", ".join(dict.fromkeys(others))),
    ]
    return [(name, value) for name, value in facts if value]


def _links(incident: Incident, url: str) -> Sequence[tuple[str, str]]:
    base, about = url.rstrip("/"), incident.evidence
    return [
        ("The numbers", f"{base}{reproducing(incident)}"),
        *((f"Session {number}", f"{base}/v1/sessions/{one}") for number, one in enumerate(about.sessions, 1)),
    ]


def reproducing(incident: Incident) -> str:
    """The question that answers with every number of an incident: a path of the API."""
    named = incident.named
    asked = {"detector": named.detector, "stage": named.stage, "job": named.job, "hour": named.hour}
    # Names of a journey file are letters, digits and _, so nothing has to be escaped.
    return "/v1/rates?" + "&".join(f"{key}={value}" for key, value in asked.items() if value != "")


def brief(incident: Incident, journey: Journey) -> str:
    """An incident in a line."""
    return f"{_title(incident.named)}. {_sentence(incident.named, journey)}"


def trial(journey: Journey) -> Told:
    """What `desireline alerts test` sends."""
    return Told(
        moment="test",
        title="A test of Desireline's alerts",
        sentence=f"If you can read this, incidents of the journey {journey.journey} will be told here.",
    )
