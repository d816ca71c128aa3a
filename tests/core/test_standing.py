"""A session that is said to stay under another journey is, but for names, what its events give under that one."""

import copy
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.accuracy import JOURNEY
from services.core.counterparts import Counterparts
from services.core.detectors import DETECTORS
from services.core.errors import JourneyError
from services.core.hindsight import Known, Rejudged, Shown, Told, rejudge
from services.core.journey import Journey, read_journey
from services.core.relabelling import Confidences
from services.core.revision import Revision
from services.core.rows import FindingRow
from services.core.rulebook import Rulebook
from services.core.standing import stays
from services.edges.journey_file import load_journey
from tests.core.build import event

Document = dict[str, Any]
Dice = random.Random

NAMES = (
    *("Product Viewed", "Product Added", "Cart Viewed", "Checkout Started", "Order Completed", "Wished"),
    *("Products Compared", "Gift Wrap Selected", "Order Looked Up", "Return Requested", "Address Entered"),
    *("Delivery Chosen", "Payment Entered", "Shipping Method Selected", "Reviewed"),
)
PATHS = ("/p/1", "/p/2", "/cart", "/checkout/address", "/checkout/delivery", "/checkout/payment", "/c/parts", "/login")
MOMENTS = (
    *(f"'{name}' price=10 value=25" for name in NAMES),
    *(f"page {path}" for path in (*PATHS, "/help", "/policies/returns", "/404", "/")),
    *(f"'Products Searched' query={query}" for query in ("gift", "best", "replacement", "return")),
    *("job_stated job=gift", "job_stated job=replace", "job_stated job=present", "click #pay", "error message=no"),
    *("'Payment Failed'", "'Coupon Denied' coupon=x", "'Checkout Started' value=29", "tab_hidden", "app_background"),
    *(f"form_field form=address field=zip action={action}" for action in ("focus", "input", "change", "blur")),
    "'Products Searched' query=x results=0",
)
WALK = (
    *("'Product Viewed'", "'Product Added' price=10", "'Checkout Started' value=20", "'Address Entered'"),
    *("'Delivery Chosen'", "'Payment Entered'", "'Order Completed' value=20"),
)
"""In their order what most customers do, on which an order of stages hangs."""


def base() -> Document:
    """The people's journey, whose steps are entered by events without a page, too, with all that a stage can have."""
    document: Document = load_journey(JOURNEY).model_dump(mode="json", by_alias=True, exclude_unset=True)
    steps = document["stages"][2]["steps"]
    for step, name in zip(steps, ("Address Entered", "Delivery Chosen", "Payment Entered"), strict=True):
        step["enter"] = {"any_of": [step["enter"], {"event": name}]}
    document["friction"] = dict.fromkeys(DETECTORS)
    document["stages"][0]["friction"] = {"hesitation": {"pause": "8s"}}
    document["intended"] = ["checkout.delivery"]
    document["learned"] = {"stays": {"basket": {"*": "90s", "gift": "2m"}}}
    return document


def some(of: list[Any], dice: Dice) -> Any:
    return dice.choice(of)


def place(document: Document, dice: Dice) -> Document:
    """Some stage or step."""
    stages = document["stages"]
    part: Document = some([*stages, *(step for stage in stages for step in stage.get("steps", []))], dice)
    return part


def rename(document: Document, dice: Dice) -> None:
    part, text = place(document, dice), msgspec.json.encode(document).decode()
    old, new = part["name"], dice.choice(["look", "zzz", "aaa"])
    for was, now in ((f'"{old}"', f'"{new}"'), (f'"{old}.', f'"{new}.'), (f'.{old}"', f'.{new}"')):
        text = text.replace(was, now)
    document.update(msgspec.json.decode(text))


def matcher(dice: Dice) -> Document:
    return dice.choice([{"event": dice.choice(NAMES)}, {"path": dice.choice(PATHS)}, {"where": {"value": {"gt": 24}}}])


def add_stage(document: Document, dice: Dice) -> None:
    stage = {"name": "added", "enter": matcher(dice)} | dice.choice([{}, {"role": dice.choice(["browse", "checkout"])}])
    document["stages"].insert(dice.randint(0, 4), stage)


def remove_stage(document: Document, dice: Dice) -> None:
    document["stages"].pop(dice.randrange(4))


def move_stage(document: Document, dice: Dice) -> None:
    dice.shuffle(document["stages"])


def steps(document: Document) -> list[Document]:
    found: list[Document] = next(stage["steps"] for stage in document["stages"] if "steps" in stage)
    return found


def add_step(document: Document, dice: Dice) -> None:
    steps(document).insert(dice.randint(0, 3), {"name": "added", "enter": matcher(dice)})


def remove_step(document: Document, dice: Dice) -> None:
    steps(document).pop(dice.randrange(3))


def move_step(document: Document, dice: Dice) -> None:
    dice.shuffle(steps(document))


def change_place(document: Document, dice: Dice) -> None:
    change = {"enter": matcher(dice)}, {"role": "basket"}, {"patience": "40s"}, {"shortest_path": 2}
    place(document, dice).update(dice.choice(change))


def add_job(document: Document, dice: Dice) -> None:
    story = {"name": "added", "when": "any time", "want": "this", "so_that": "that", "prior": dice.choice([0.02, 0.6])}
    story["evidence"] = [{"match": matcher(dice), "weight": dice.choice([-1.0, 3.0])}]
    document["jobs"].insert(dice.randint(0, 4), story | dice.choice([{}, {"outcome": matcher(dice)}]))


def remove_job(document: Document, dice: Dice) -> None:
    document["jobs"].pop(dice.randrange(4))


def move_job(document: Document, dice: Dice) -> None:
    dice.shuffle(document["jobs"])


def rename_job(document: Document, dice: Dice) -> None:
    some(document["jobs"], dice)["name"] = "present"


def change_job(document: Document, dice: Dice) -> None:
    job = some(document["jobs"], dice)
    kind = dice.randrange(6)
    if kind == 0:
        job["evidence"].pop(dice.randrange(len(job["evidence"])))
    elif kind == 1:
        job["evidence"].insert(dice.randint(0, 3), {"match": matcher(dice), "weight": 2.0})
    elif kind == 2:
        dice.shuffle(job["evidence"])
    elif kind == 3:
        some(job["evidence"], dice)["weight"] = 0.3
    elif kind == 4:
        job.pop("outcome")
    else:
        job["circumstances"] = [{"hours": dice.choice(["0-24", "3-4"]), "weight": 1.0}]


def change_friction(document: Document, dice: Dice) -> None:
    name = dice.choice(list(DETECTORS))
    if name in document["friction"] and not any(name in stage.get("friction", {}) for stage in document["stages"]):
        del document["friction"][name]
    document["friction"] |= dice.choice([{"rage_click": {"clicks": 2}}, {"loop": {"within": "20s"}}, {}])


def change_pages(document: Document, dice: Dice) -> None:
    document["pages"] = {dice.choice(["account", "help", "policy", "error"]): matcher(dice)}


def change_top(document: Document, dice: Dice) -> None:
    change = {"unassigned": 0.1}, {"currency": "USD"}, {"intended": ["checkout"]}, {"learned": None}
    document.update(dice.choice(change))


CHANGES: list[Callable[[Document, Dice], None]] = [
    *(rename, add_stage, remove_stage, move_stage, add_step, remove_step, move_step, change_place),
    *(add_job, remove_job, move_job, rename_job, change_job, change_friction, change_pages, change_top),
]


def changed(document: Document, changes: list[Callable[[Document, Dice], None]], dice: Dice) -> Journey | None:
    """The journey with these changes; None where it is none any more."""
    document = copy.deepcopy(document)
    for change in changes:
        try:
            change(document, dice)
        except (StopIteration, IndexError, KeyError):
            continue
    try:
        return read_journey({key: value for key, value in document.items() if value is not None})
    except JourneyError:
        return None


def history(dice: Dice) -> list[Told]:
    """A session; in some no page is ever told."""
    at, told, is_told = 0.0, list[Told](), dice.random() < 0.6
    walk = dice.random()
    for number in range(dice.randint(1, 30)):
        at += dice.choice([0.3, 2, 9, 40, 130, 400])
        moment = WALK[dice.randrange(7)] if dice.random() < walk else dice.choice(MOMENTS)
        if not is_told and moment.startswith("page "):
            continue
        one = event(f"{at} {moment}", id=f"e{number}")
        told.append((0, "anna", one.id, one.name, one.path, "", one.occurred_at, False, bytes(one.props).decode(), ""))
    return told


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
    session["job_rules"] = [same.rules[rule] for rule in session["job_rules"]]
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
    before = changed(base(), dice.sample(CHANGES, further), dice)
    after = changed(base(), [change, *dice.sample(CHANGES, further)], dice)
    if before is None or after is None:
        return
    revision = Revision(before, after)

    for _ in range(12):
        part = history(dice)
        if part:
            was = rejudge("shop", part, None, [], Rulebook(before))
            stood = known(was, revision)
            if stays(part, stood, revision):
                now = rejudge("shop", part, stood, [], Rulebook(after))
                assert renamed(was, revision.same, after) == rows(now)


@pytest.mark.parametrize(("change", "least"), [(rename, 0.9), (add_stage, 0.1), (add_job, 0.1), (change_pages, 0.5)])
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
