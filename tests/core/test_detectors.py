"""What every detector must be, whatever it looks for. A new one is under these tests without a line here.

Each detector's own test module has two examples for them: `SPEAKS`, acts in which it finds something, and `SILENT`,
acts that look alike and in which it must not.
"""

import pickle
import random
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.act import Act
from services.core.changes import Changes
from services.core.detector import Detector
from services.core.detectors import DETECTORS
from services.core.event import Millis
from services.core.fold import Fold
from services.core.rows import FindingRow
from services.core.rulebook import Rulebook
from services.core.session import revive
from services.core.stored import Session
from tests.core.build import START, acts, closed, encode, event, judged, pipeline, shop, standing
from tests.core.test_pipeline import after_restart

EXAMPLES = {name: import_module(f"tests.core.detectors.test_{name}") for name in DETECTORS}

SPEAKS: dict[str, list[str]] = {name: module.SPEAKS for name, module in EXAMPLES.items()}
SILENT: dict[str, list[str]] = {name: module.SILENT for name, module in EXAMPLES.items()}

ACTS = sorted({line.split(" ", 1)[1] for example in (*SPEAKS.values(), *SILENT.values()) for line in example})
"""All acts of these examples, to be put together at random."""

LATER = Millis(START + 30 * 24 * 3_600_000)

CALM = [
    "0 page /",
    "20 view /list",
    "60 click #product",
    "61 view /p/1",
    "120 click #add",
    "121 add /p/1 price=10",
    "150 checkout /checkout",
    "160 begin_checkout value=10 shipping=2",
    "180 page /checkout/address",
    "185 form_field form=address field=street action=focus",
    "187 form_field form=address field=street action=input",
    "200 form_field form=address field=street action=leave",
    "210 form_submit form=address",
    "220 page /checkout/payment",
    "225 add_payment_info value=10 shipping=2",
    "260 click #pay",
    "262 buy /thanks value=10",
]

names = pytest.mark.parametrize("name", sorted(DETECTORS))


@names
def test_what_it_passes_over_says_nothing_without_properties(name: str) -> None:
    fold = Fold(Rulebook(shop(friction={name: {}})), "session")
    detector = DETECTORS[name]()

    said = [detector.see(Act(START, "1", event, "/x", {}), fold) for event in detector.passes_over]

    assert said == [None] * len(said)
    assert not fold.memory
    assert detector.passes_over <= detector.hears


def said(name: str, lines: list[str], **journey: Any) -> list[FindingRow]:
    return [row for row in judged(*lines, journey=shop(**journey))[1] if row.detector == name]


def in_words(rows: list[FindingRow]) -> list[tuple[Any, ...]]:
    return sorted(
        (row.id, row.stage, row.step, row.page, row.element, row.cause, row.occurred_at, tuple(row.evidence))
        for row in rows
    )


def everything() -> list[str]:
    """All that any detector speaks about, in one long session."""
    lines: list[str] = []
    start = 0.0
    for examples in SPEAKS.values():
        moved = [line.split(" ", 1) for line in examples]
        lines += [f"{start + float(at)} {rest}" for at, rest in moved]
        start += max(float(at) for at, _ in moved) + 60
    return lines


@names
def test_its_file_its_class_and_its_name_agree(name: str) -> None:
    assert DETECTORS[name].name == name
    assert DETECTORS[name].__module__.endswith(f".{name}")


@names
def test_it_is_silent_on_a_calm_session(name: str) -> None:
    assert not said(name, CALM)
    assert not said(name, SILENT[name])


@names
def test_it_finds_something_where_there_is_trouble(name: str) -> None:
    assert said(name, SPEAKS[name])


@names
def test_it_says_the_same_alone_as_among_the_others(name: str) -> None:
    for lines in (SPEAKS[name], everything()):
        # An abandonment names the latest friction as its cause: that, and only that, hangs on the others.
        alone = [words[:5] + words[6:] for words in in_words(said(name, lines, friction={name: {}}))]
        assert alone == [words[:5] + words[6:] for words in in_words(said(name, lines))]


@names
def test_its_evidence_lies_in_the_session(name: str) -> None:
    ids = {event(line).id for line in everything()}

    for row in said(name, everything()):
        assert row.evidence
        assert set(row.evidence) <= ids
        assert len(row.evidence) == len(set(row.evidence))
        assert START <= row.occurred_at <= max(event(line).occurred_at for line in everything())


@names
def test_it_says_the_same_after_a_restart_at_any_event(name: str) -> None:
    expected = in_words(said(name, SPEAKS[name]))
    records = encode(event(line) for line in SPEAKS[name])

    for at in range(len(records)):
        first = pipeline()
        first.feed(0, records[:at], now=START)
        second = after_restart(first.take())
        second.feed(0, records[at:], now=START)
        assert in_words([row for row in closed(second)[1] if row.detector == name and not row.is_deleted]) == expected


@names
def test_it_says_the_same_in_whatever_order_the_events_arrive(name: str) -> None:
    for lines, seeds in ((SPEAKS[name], 20), (everything(), 3)):
        expected = in_words(said(name, lines))
        events = [event(line, received_at=START + 3_000_000) for line in lines]
        for seed in range(seeds):
            shuffled = [events[0], *random.Random(seed).sample(events[1:], len(events) - 1)]
            made = pipeline()
            made.feed(0, encode(shuffled), now=START)
            assert in_words([row for row in closed(made)[1] if row.detector == name]) == expected


@names
def test_it_says_the_same_however_often_an_event_arrives(name: str) -> None:
    made = pipeline()
    made.feed(0, encode(event(line) for line in SPEAKS[name] for _ in range(2)), now=START)

    assert in_words([row for row in closed(made)[1] if row.detector == name]) == in_words(said(name, SPEAKS[name]))


@names
def test_one_that_waits_has_nothing_to_say_while_it_remembers_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = in_words(said(name, everything()))
    monkeypatch.setattr(DETECTORS[name], "waits", False)

    assert in_words(said(name, everything())) == expected


@names
def test_what_it_remembers_does_not_grow_with_the_session(name: str) -> None:
    """Measured where anything that is bounded has come to its bound: a hundred pieces of evidence, say."""
    assert remembered(name, 300) <= remembered(name, 150) * 1.1 + 64


def remembered(name: str, times: int) -> int:
    """Bytes of a detector's memory after its example has been repeated in one session, with names that never repeat."""
    once = acts(*SPEAKS[name])
    again: list[Act] = []
    for turn in range(times):
        for one in once:
            props = {
                key: f"{value}{turn}" if key in {"form", "field"} else value for key, value in (one.props or {}).items()
            }
            again.append(Act(one.occurred_at + turn * 1_000_000, f"{turn:03} {one.id}", one.name, one.path, props))
    session = Session(id="s", opened_by=again[0].id, opened_on="", historical=False, touched_at=0, acts=again)
    fold = revive(session, Rulebook(shop(friction={name: {}}))).fold
    return len(pickle.dumps(fold.memory.get(name)))


@given(
    lines=st.lists(st.sampled_from(ACTS), min_size=2, max_size=40),
    pauses=st.randoms(use_true_random=False),
    cut=st.integers(0, 40),
)
@settings(deadline=None, max_examples=80)
def test_any_acts_in_any_order_across_a_restart_and_a_reopening_give_the_same(
    lines: list[str], pauses: random.Random, cut: int
) -> None:
    at = 0.0
    events = []
    for place, line in enumerate(lines):
        at += pauses.choice([0, 0.4, 3, 20, 130])
        events.append(event(f"{at} {line}", id=f"{place:02}", received_at=START))
    expected = pipeline()
    expected.feed(0, encode(events), now=START)
    shuffled = [events[0], *pauses.sample(events[1:], len(events) - 1)]

    first = pipeline()
    first.feed(0, encode(shuffled[:cut]), now=START)
    first.tick(0, START + round(at * 1000) + 31 * 60_000)
    written = first.take()
    second = after_restart(written)
    second.feed(0, encode(shuffled), now=START)
    second.tick(0, LATER)

    expected.tick(0, LATER)
    assert rows_of([written, second.take()]) == rows_of([expected.take()])


def rows_of(changes: list[Changes]) -> list[tuple[Any, ...]]:
    return in_words(list(standing(changes)[1].values()))


@names
def test_it_explains_itself(name: str) -> None:
    documentation = DETECTORS[name].__doc__ or ""

    assert "Misfires:" in documentation
    assert all(field.description for field in DETECTORS[name].model_fields.values())


@names
def test_its_defaults_build(name: str) -> None:
    assert isinstance(DETECTORS[name](), Detector)


ON_LITTLE = (
    *("account_wall", "backslide", "cart_abandonment", "checkout_abandonment", "cost_surprise", "coupon_failure"),
    *("excess_steps", "help_seeking", "loop", "payment_failure", "quick_back", "stage_stall", "zero_results"),
)


@pytest.mark.parametrize("name", ON_LITTLE)
def test_page_views_and_shop_events_alone_are_enough_for_it(name: str) -> None:
    only_a_browser_tells = {"click", "form_field", "form_submit", "tab_hidden", "tab_shown", "error", "web_vitals"}

    assert only_a_browser_tells.isdisjoint(line.split()[1] for line in SPEAKS[name])
    assert said(name, SPEAKS[name])


SOURCES = (
    *("Amplitude", "Baymard", "Clarity", "Flusterduck", "Heap", "Matomo", "OpenReplay", "PostHog", "Web Vitals"),
    *("no number", "Other products", "patience"),
)


@names
def test_it_says_whom_it_is_about_and_whose_number_it_takes(name: str) -> None:
    documentation = " ".join((DETECTORS[name].__doc__ or "").split())
    feels = documentation.partition(". ")[0]
    has_a_number = any(
        isinstance(field.default, int | float | timedelta) for field in DETECTORS[name].model_fields.values()
    )

    assert "person" in documentation or "people" in documentation, feels
    assert not has_a_number or any(source in documentation for source in SOURCES) or "ours" in documentation


LONG = {
    "form_refill": [f"{at} form_field form=a field=zip action={('leave', 'input')[at % 2]}" for at in range(1, 400)],
    "loop": [f"{at} page /{'ab'[at % 2]}" for at in range(300)],
    "backslide": [f"{at} {('checkout', 'add')[at % 2]}" for at in range(300)],
    "excess_steps": [*(f"{at} {('checkout', 'page /checkout/payment')[at % 2]}" for at in range(199)), "200 buy"],
}
"""Sessions of one finding that goes on and on."""


@pytest.mark.parametrize("name", LONG)
def test_the_evidence_of_one_finding_does_not_grow_with_the_session(name: str) -> None:
    _, findings = judged(*LONG[name])

    [row] = [one for one in findings if one.detector == name]
    assert len(row.evidence) <= 100
    assert len(row.evidence) >= 20  # it did go on
