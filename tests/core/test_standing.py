"""A session that is said to stay under another journey is, but for names, what its events give under that one."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.counterparts import Counterparts
from services.core.hindsight import Known, Rejudged, Shown, Told, rejudge
from services.core.journey import Journey
from services.core.relabelling import Confidences
from services.core.revision import Revision
from services.core.rows import FindingRow
from services.core.rulebook import Rulebook
from services.core.standing import stays
from tests.core.build import event, shop
from tests.core.other_journeys import (
    CHANGES,
    Dice,
    Document,
    add_job,
    add_stage,
    base,
    before_and_after,
    change_pages,
    changed,
    lines,
    rename,
)


def history(dice: Dice) -> list[Told]:
    """A session."""
    events = [event(f"{at} {moment}", id=f"e{number}") for number, (at, moment) in enumerate(lines(dice))]
    return [
        (0, "anna", one.id, one.name, one.path, "", one.occurred_at, False, bytes(one.props).decode(), "")
        for one in events
    ]


def known(was: Rejudged, revision: Revision) -> Known:
    """The session as the store tells of it (services.edges.history_statements)."""
    row = was.now
    places = {f"{stage}.{step}" if step else stage for stage, step in zip(row.path_stage, row.path_step, strict=True)}
    moves = min(row.pages + len(row.path_stage), revision.displacement.most)
    texts = {word for one in was.findings for word in f"{one.cause} {one.page}".split(" ")}
    alike = ("id", "opened_on", "visitor", "user", "started_at", "ended_at", "events", "late", "historical", "version")
    return Known(
        **{name: getattr(row, name) for name in (*alike, "stage", "job")},
        journey=row.journey_version,
        done=bool(row.outcome_event),
        rules=" ".join(row.job_rules),
        shape=" ".join([*sorted(places), str(moves)]),
        is_worded=not revision.same.words.isdisjoint(texts),
        findings={one.id: one.detector for one in was.findings},
        shown={one.id: said(one) for one in was.findings if one.detector in revision.detectors},
    )  # fmt: skip


def said(one: FindingRow) -> Shown:
    return (
        *(one.stage, one.step, one.page, one.element, one.occurred_at, one.severity, round(one.cost_seconds, 6)),
        *(one.cost_steps, round(one.value, 6), one.currency, one.cause, tuple(one.evidence)),
    )


STAMP = ("version", "journey_version")


def rows(of: Rejudged) -> tuple[Document, dict[str, Document]]:
    session, *findings = (
        {name: getattr(row, name) for name in row.__struct_fields__ if name not in STAMP}
        for row in (of.now, *of.findings)
    )
    return session, {one["id"]: one for one in findings}


def renamed(of: Rejudged, same: Counterparts, after: Journey) -> tuple[Document, dict[str, Document]]:
    """The rows of a session with the later journey's names, and how sure that is of its job."""
    session, findings = rows(of)
    sure = Confidences(after, same).of(" ".join(session["job_rules"]), session["job"])
    session["job_confidence"] = session["job_confidence"] if sure is None else sure
    path = [same.place(*one) for one in zip(session["path_stage"], session["path_step"], strict=True)]
    session["path_stage"], session["path_step"] = [one for one, _ in path], [one for _, one in path]
    ways = (rule.partition("/") for rule in session["path_rule"])
    session["path_rule"] = [f"{same.places[place]}/{number}" for place, _, number in ways]
    spoke = list(zip(session["job_rules"], session["job_evidence"], strict=True))
    session["job_rules"] = [same.rules[rule] for rule, _ in spoke if rule in same.rules]
    session["job_evidence"] = [event for rule, event in spoke if rule in same.rules]
    session["job_changes"] = [same.jobs[job] for job in session["job_changes"]]
    for row in (session, *findings.values()):
        row["stage"], row["step"] = same.place(row["stage"], row["step"])
        row["job"] = same.jobs[row["job"]]
    for row in findings.values():
        row["intended"] = Rulebook(after).is_intended(row["stage"], row["step"])
    return session, findings


@pytest.mark.parametrize("change", CHANGES)
@settings(max_examples=25)
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=1))
def test_a_session_that_stays_is_what_its_events_give(change: Any, seed: int, further: int) -> None:
    dice = Dice(seed)
    journeys = before_and_after(change, further, dice)
    if journeys is None:
        return
    before, after = journeys
    revision = Revision(before, after)

    for _ in range(12):
        part = history(dice)
        if part:
            was = rejudge("shop", part, None, [], Rulebook(before))
            stood = known(was, revision)
            if stays(part, stood, revision):
                now = rejudge("shop", part, stood, [], Rulebook(after))
                assert renamed(was, revision.same, after) == rows(now)


@pytest.mark.parametrize(("change", "least"), [(rename, 0.9), (add_stage, 0.1), (add_job, 0.1), (change_pages, 0.2)])
def test_many_sessions_stay(change: Any, least: float) -> None:
    dice, stay, every = Dice(7), 0, 0
    for _ in range(20):
        before, after = changed(base(), [], dice), changed(base(), [change], dice)
        if before is not None and after is not None:
            revision, part = Revision(before, after), history(dice) or history(dice)
            was = rejudge("shop", part, None, [], Rulebook(before))
            every += 1
            stay += stays(part, known(was, revision), revision)

    assert stay >= least * every


def test_a_session_that_names_another_than_its_events_name_last_does_not_stay() -> None:
    journey = shop()
    same, book = Revision(journey, journey), Rulebook(journey)
    part = [
        (0, "tablet", f"e{at}", "view", "/", user, at, False, "{}", "") for at, user in enumerate(["anna", "ben", ""])
    ]
    now = known(rejudge("shop", part, None, [], book), same)

    assert now.user == "ben"
    assert stays(part, now, same)
    assert not stays(part, msgspec.structs.replace(now, user="anna"), same)
