"""Journeys changed at random in all that their owners change, and sessions in which that may matter."""

import copy
import random
from collections.abc import Callable
from typing import Any

import msgspec

from bench.accuracy import JOURNEY
from services.core.detectors import DETECTORS
from services.core.errors import JourneyError
from services.core.journey import Journey, read_journey
from services.edges.journey_file import load_journey

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


def lines(dice: Dice) -> list[tuple[float, str]]:
    """The events of a session as `tests.core.build.event` takes them, and when; in some no page is ever told."""
    at, told, is_told, walk = 0.0, list[tuple[float, str]](), dice.random() < 0.6, dice.random()
    for _ in range(dice.randint(1, 30)):
        at += dice.choice([0.3, 2, 9, 40, 130, 400])
        moment = dice.choice(WALK if dice.random() < walk else MOMENTS)
        if is_told or not moment.startswith("page "):
            told.append((at, moment))
    return told


def before_and_after(change: Any, further: int, dice: Dice) -> tuple[Journey, Journey] | None:
    """Two journeys with so many changes to the base, the second also with this one; None where they cannot be."""
    before = changed(base(), dice.sample(CHANGES, further), dice)
    after = changed(base(), [change, *dice.sample(CHANGES, further)], dice)
    return None if before is None or after is None else (before, after)
