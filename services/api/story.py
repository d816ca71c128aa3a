"""A session told in sentences that a product manager reads: how they came, what for, their way, what was in it.

Texts of pages, elements and events stand in it as they came: to be shown as text, never as HTML.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from services.api.reason import reason_named
from services.core.detectors import DETECTORS
from services.core.job import UNASSIGNED
from services.core.journey import Journey

Kind = Literal["came", "job", "stage", "finding", "taken_back", "outcome", "left"]
ORDER: Sequence[Kind] = ("came", "job", "stage", "finding", "taken_back", "outcome", "left")
"""Of sentences of one moment."""


class Sentence(BaseModel):
    """One sentence of a session's story."""

    at: datetime = Field(description="With the offset of `tz` then.", examples=["2026-11-03T10:04:12+01:00"])
    kind: Kind
    text: str = Field(examples=["Went on to checkout, payment, with “Checkout Started” on /checkout."])
    events: list[str] = Field(description="Ids of the events that show it.")


@dataclass(frozen=True)
class Story:
    """What a session's story is told from: its row, its path, its findings, and its events by id."""

    row: Mapping[str, Any]
    path: Sequence[Any]
    findings: Sequence[Any]
    taken_back: Sequence[Any]
    events: Mapping[str, Any]
    journey: Journey
    zone: ZoneInfo

    def sentences(self) -> list[Sentence]:
        """All of it, in order of time."""
        told = [self._came(), *self._job(), *self._way(), *self._frictions(), *self._outcome(), self._left()]
        return sorted(told, key=lambda one: (one.at, ORDER.index(one.kind)))

    def _say(self, at: datetime, kind: Kind, text: str, events: Sequence[str] = ()) -> Sentence:
        return Sentence(at=at.astimezone(self.zone), kind=kind, text=text, events=list(events))

    def _came(self) -> Sentence:
        row = self.row
        by = {"": "", "direct": " directly", "internal": ""}.get(row["referrer_class"], f" by {row['referrer_class']}")
        from_ = ", ".join(filter(None, (row["source"], row["campaign"] and f"campaign {row['campaign']}")))
        parts = (
            f"Came{by}",
            f" ({from_})" if from_ else "",
            f" on a {row['device']} device" if row["device"] else "",
            f" in {row['country']}" if row["country"] else "",
            f", to {row['entry_page']}" if row["entry_page"] else "",
        )
        return self._say(row["started_at"], "came", "".join(parts) + ".")

    def _job(self) -> Iterator[Sentence]:
        row = self.row
        if row["job"] in {"", UNASSIGNED}:
            yield self._say(row["started_at"], "job", "What they came to get done is not clear.", row["job_evidence"])
            return
        story = next((job for job in self.journey.jobs if job.name == row["job"]), None)
        want = f": {story.want.rstrip('.')}, so that {story.so_that.rstrip('.')}" if story else ""
        reasons = [reason_named(self.journey, rule) for rule in row["job_rules"] if rule.startswith(f"{row['job']}/")]
        because = "; ".join(dict.fromkeys(filter(None, reasons)))
        text = f"Came to get done {_words(row['job'])}{want} ({row['job_confidence']:.0%} sure"
        text += f", since {because})." if because else ")."
        before = [_words(job) for job in row["job_changes"] if job not in {"", UNASSIGNED}]
        if before:
            text += f" Before, it looked like {', then '.join(before)}."
        yield self._say(row["started_at"], "job", text, row["job_evidence"])

    def _way(self) -> Iterator[Sentence]:
        order = [stage.name for stage in self.journey.stages]
        before: Any = None
        for run in self.path:
            is_back = before is not None and _rank(order, run.stage) < _rank(order, before.stage)
            verb = "Entered" if before is None else "Went back to" if is_back else "Went on to"
            stay = f", after {lasting((run.started_at - before.started_at).total_seconds())} in " if before else ""
            text = f"{verb} {place(run.stage, run.step)}{self._by(run.event)}"
            yield self._say(
                run.started_at,
                "stage",
                f"{text}{stay}{place(before.stage, before.step) if before else ''}.",
                [run.event],
            )
            before = run

    def _by(self, event_id: str) -> str:
        event = self.events.get(event_id)
        if event is None:
            return ""
        return f" with “{event.name}”" + (f" on {event.path}" if event.path else "")

    def _frictions(self) -> Iterator[Sentence]:
        for one in self.findings:
            yield self._say(one.occurred_at, "finding", in_sentence(one), one.evidence)
        for one in self.taken_back:
            done = one.done_at.astimezone(self.zone)
            how = "went on from there" if one.fate == "continued_later" else "got it done another way"
            text = f"Left without finishing ({_words(one.detector)}), but came back and {how}"
            yield self._say(
                one.occurred_at,
                "taken_back",
                f"{text} on {done:%Y-%m-%d at %H:%M}, in session {one.done_in}.",
                one.evidence,
            )

    def _outcome(self) -> Iterator[Sentence]:
        row = self.row
        if row["outcome_at"]:
            worth = f", worth {row['value']:,.2f} {row['currency']}".rstrip() if row["value"] else ""
            by = self._by(row["outcome_event"])
            yield self._say(row["outcome_at"], "outcome", f"Got it done{by}{worth}.", [row["outcome_event"]])

    def _left(self) -> Sentence:
        row = self.row
        if row["state"] == "open":
            return self._say(row["ended_at"], "left", "Is still there: the session is open.")
        done = {stage.name for stage in self.journey.stages if stage.role == "done"}
        is_done = row["outcome_at"] or any(run.stage in done for run in self.path)
        took = lasting((row["ended_at"] - row["started_at"]).total_seconds())
        of = f"{row['pages']} pages and {row['events']} events"
        where = f" from {row['exit_page']}" if row["exit_page"] else ""
        return self._say(
            row["ended_at"], "left", f"Left{where} after {took}, {of}{'' if is_done else ', without finishing'}."
        )


def in_sentence(finding: Any) -> str:
    """A finding: what, where, what it means to the customer, what it cost, and the likely cause."""
    at = f" at {finding.element}" if finding.element else ""
    on = f" on {finding.page}" if finding.page else ""
    text = f"{_words(finding.detector).capitalize()}{at}{on}"
    meaning = meaning_of(finding.detector)
    text += f": {meaning[:1].lower()}{meaning[1:]}" if meaning else "."
    seconds = lasting(finding.cost_seconds) if finding.cost_seconds else ""
    steps = f"{finding.cost_steps} steps" if finding.cost_steps else ""
    cost = " and ".join(filter(None, (seconds, steps)))
    text += f" It cost {cost}." if cost else ""
    text += f" At stake: {finding.value:,.2f} {finding.currency}".rstrip() + "." if finding.value else ""
    text += f" Likely cause: {finding.cause}." if finding.cause else ""
    return text + (" This friction is meant: it serves the customer." if finding.intended else "")


def meaning_of(detector: str) -> str:
    """What the customer goes through, as the detector says of itself; "" for one that is no longer known."""
    known = DETECTORS.get(detector)
    return " ".join((inspect.getdoc(known) or "").partition("\n\n")[0].split()) if known else ""


def place(stage: str, step: str) -> str:
    """A place of the journey in words."""
    return ", ".join(map(_words, filter(None, (stage, step)))) or "no stage"


def lasting(seconds: float) -> str:
    """A length of time in words.

    >>> [lasting(one) for one in (0.4, 61, 3000, 7200, 200_000)]
    ['0.4 s', '61 s', '50 min', '2 h', '2.3 days']
    """
    if seconds < 100:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f}".removesuffix(".0") + " s"
    if seconds < 6_000:
        return f"{seconds / 60:.0f} min"
    days = seconds / 86_400
    return f"{days:.1f} days" if days >= 2 else f"{seconds / 3600:.1f}".removesuffix(".0") + " h"


def _rank(order: Sequence[str], stage: str) -> int:
    return order.index(stage) if stage in order else -1


def _words(name: str) -> str:
    return name.replace("_", " ")
