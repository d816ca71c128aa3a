"""What a session may take of memory, whatever a robot or a broken page does: each bound, reached and passed."""

from collections.abc import Sequence

import pytest

from services.core.boundary import MOST_EVENTS
from services.core.fold import LONGEST_PATH, TRAIL, Fold
from services.core.meaning import LONGEST_TEXT, meaning
from services.core.rulebook import KNOWN_PLANS, Rulebook
from services.core.weighing import KNOWN_LABELS, Weighing
from tests.core.build import acts, encode, event, found, judged, pipeline, shop
from tests.core.test_journey import GIFT


def test_who_does_more_than_ten_thousand_things_begins_another_session() -> None:
    made = pipeline()

    made.feed(0, encode(event(f"{at / 1000} click", id=f"{at:05}") for at in range(MOST_EVENTS + 1)), now=0)

    assert [row.events for row in made.take().sessions] == [MOST_EVENTS, 1]


def test_what_comes_after_the_longest_path_lengthens_its_last_place() -> None:
    (row,), _ = judged(*[f"{at} {('view', 'add')[at % 2]}" for at in range(LONGEST_PATH + 10)])

    assert len(row.path_stage) == LONGEST_PATH
    assert row.path_ended_at[-1] == row.ended_at


def test_a_long_text_is_kept_up_to_its_256th_character() -> None:
    book = Rulebook(shop())

    _, act = meaning(event(f"0 error message={'x' * (LONGEST_TEXT + 1)}"), book)

    assert act.text("message") == "x" * LONGEST_TEXT


def test_a_detector_can_look_back_on_the_last_pages_only() -> None:
    book = Rulebook(shop())
    fold = Fold(book, "session")

    for at in range(TRAIL + 3):
        plan, act = meaning(event(f"{at} page /{at}"), book)
        fold.apply(act, plan)

    assert [act.path for act in fold.trail] == [f"/{at}" for at in range(3, TRAIL + 3)]


def test_meanings_are_forgotten_when_a_scan_asks_for_very_many() -> None:
    book = Rulebook(shop())
    plan = book.plan("page", "/")
    book.plans.update({("page", f"/{number}"): plan for number in range(KNOWN_PLANS)})

    book.plan("page", "/one/more")

    assert list(book.plans) == [("page", "/one/more")]


def test_labels_and_circumstances_are_forgotten_when_they_are_very_many() -> None:
    weighing = Weighing(shop(jobs=[{**GIFT, "circumstances": [{"device": "mobile", "weight": 1}]}]))
    weighing._labels.update(dict.fromkeys(range(2, KNOWN_LABELS + 2), weighing.unseen))
    weighing._shown.update({(number,): () for number in range(KNOWN_LABELS)})

    label = weighing.label(1)
    shown = weighing.shown(*acts("0 view device=mobile"))

    assert (weighing._labels, list(weighing._shown.values())) == ({1: label}, [shown])


REFUSED = ["0 checkout", *[f"{at} 'Payment Failed'" for at in range(1, 151)]]
ROUNDS = [f"{at} {('checkout', 'add')[at % 2]}" for at in range(150)]


@pytest.mark.parametrize(
    ("detector", "lines", "most"),
    [
        ("backslide", ROUNDS, 100),
        ("rage_click", [f"{at / 10} click #pay" for at in range(150)], 100),
        ("payment_failure", REFUSED, 100),
        ("zero_results", [f"{at} 'Products Searched' query=x{at} results=0" for at in range(150)], 100),
        (
            "form_refill",
            [f"{at} form_field form=card field=number action={('input', 'leave')[at % 2]}" for at in range(300)],
            100,
        ),
        (
            "excess_steps",
            ["0 checkout", *[f"{at} page /checkout/{('address', 'payment')[at % 2]}" for at in range(1, 40)], "90 buy"],
            21,
        ),
    ],
)
def test_what_goes_on_is_one_finding_with_so_much_evidence_at_most(
    detector: str, lines: Sequence[str], most: int
) -> None:
    (row,) = found(detector, *lines)

    assert len(row.evidence) == most


@pytest.mark.parametrize(
    ("detector", "lines", "most"),
    [
        ("help_seeking", ["0 checkout", *[f"{at} page /help/{at}" for at in range(1, 31)]], 20),
        (
            "hesitation",
            [
                line
                for at in range(60)
                for line in (
                    f"{at * 20} form_field form=survey field=q{at} action=focus",
                    f"{at * 20 + 12} form_field form=survey field=q{at} action=input",
                )
            ],
            50,
        ),
    ],
)
def test_there_are_so_many_findings_of_a_kind_at_most(detector: str, lines: Sequence[str], most: int) -> None:
    assert len(found(detector, *lines)) == most


def typed(at: float, field: str, action: str = "input", form: str = "survey") -> str:
    return f"{at} form_field form={form} field={field} action={action}"


@pytest.mark.parametrize(("others", "findings"), [(49, 1), (50, 0)])
def test_the_field_that_was_begun_first_is_forgotten_when_there_are_more_than_fifty(others: int, findings: int) -> None:
    again = [typed(200, "first"), typed(201, "first", "leave"), typed(202, "first")]

    lines = [typed(0, "first"), typed(1, "first", "leave"), *[typed(2 + at, f"q{at}") for at in range(others)], *again]

    assert len(found("form_refill", *lines)) == findings


@pytest.mark.parametrize(("others", "findings"), [(9, 1), (10, 0)])
def test_the_form_that_was_touched_first_is_forgotten_when_there_are_more_than_ten(others: int, findings: int) -> None:
    forms = [f"form-{at}" for at in range(others)]

    lines = [
        typed(0, "name", form="first"),
        *[typed(1 + at, "name", form=form) for at, form in enumerate(forms)],
        *[f"{50 + at} form_submit form={form}" for at, form in enumerate(forms)],
    ]

    assert len(found("form_abandonment", *lines)) == findings
