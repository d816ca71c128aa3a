"""Mistakes as people make them: each is told with its line, what is wrong, and what to write instead."""

from itertools import pairwise
from pathlib import Path

import pytest

from services.core.errors import JourneyError
from services.edges.journey_file import load_journey

FILE = """\
journey: shop
stages:
  - {name: browse, role: browse, enter: {event: Product Viewed}}
  - name: checkout
    role: checkout
    enter: {event: Checkout Started}
    patience: 10m
    steps:
      - {name: address, enter: {path: /checkout/address}}
      - {name: payment, enter: {path: /checkout/payment}}
  - {name: bought, role: done, enter: {event: Order Completed}}
jobs:
  - name: gift
    when: I am invited
    want: find something
    so_that: my friend feels seen
    evidence:
      - {match: {path: "/gifts/**"}, weight: 2.0}
    outcome: {event: Order Completed}
"""
JOB = "    when: I am invited\n"
END = len(FILE.splitlines()) + 1

REPLACED = [
    # what is replaced, by what, the line of the mistake, what is said
    ("role: browse,", "role: browsing,", 3, '`"browsing"` is none of these; did you mean `browse`? there are basket'),
    (
        "role: browse, enter",
        "role: browse, enters",
        3,
        "stages.0.enters: unknown key; take it out, or check its spelling",
    ),
    ("event: Product Viewed", "event: yes", 3, "needs a text or a list of texts, in quotes where YAML would read"),
    ("event: Product Viewed", "event: ", 3, "such as `event: Product Viewed`, and nothing is given"),
    ("event: Product Viewed", "event: !!python/name:x y", 3, "take out what begins with !"),
    ("{event: Product Viewed}", "Product Viewed", 3, 'needs keys of its own, such as `enter: {"event": "Checkout'),
    ("{event: Product Viewed}", "{event: []}", 3, "an empty matcher would match every event: give event, path"),
    ("{event: Product Viewed}", "&all {any_of: [*all]}", 3, "is nested deeper than 50 levels, or holds itself"),
    ("name: browse,", "name: Browse,", 3, "'Browse' does not fit: lower-case letters, digits and _, beginning with"),
    ("    role: checkout", "\trole: checkout", 5, "indent with spaces, YAML takes no tabs"),
    ("    role: checkout", "   role: checkout", 5, "mend the indentation: keys of one thing begin in one column"),
    ("patience: 10m", "patience: 600", 7, '600 is not a duration: write a number and a unit, such as "30m"'),
    ("patience: 10m", "patience: 0s", 7, "must be longer than nothing: longer here counts as stalled"),
    ("patience: 10m", "patience: 10m\n    patience: 12m", 8, "patience: given twice; keep one"),
    ("name: payment", "name: address", 10, "the step of checkout name 'address' is used twice; give each its own"),
    ("/checkout/payment", "checkout/payment", 10, "a path begins with /, without a host: write '/checkout/payment'"),
    ("/checkout/payment", "https://shop.example/pay", 10, "without a host: write '/pay'"),
    ("name: bought", "name: browse", 11, "stages.2.name: the stage name 'browse' is used twice"),
    (
        "jobs:\n",
        "jobs:\n  - {name: gift, when: a day off, want: a rest, so_that: I rest}\n",
        14,
        "jobs.1.name: the job name 'gift' is used",
    ),
    ("name: gift", "name: unassigned", 13, "choose another name"),
    ("  - name: gift", "  - gift\n  - name: gift", 13, 'jobs.0: needs keys of its own, not `"gift"`'),
    (JOB, "    when: I am invited: what now\n", 14, "put a text with a colon in quotes, or mend the indentation"),
    (JOB, "    when: 2026-01-01\n", 14, "needs a text, in quotes where YAML would read something else, such as `when:"),
    (JOB, "", 13, "jobs.0.when: is required but not given: the circumstances, in the customer's words, such as"),
    (JOB, JOB + "    kinds: emotional\n", 15, 'needs a list, such as `kinds: ["functional", "social"]`, not `"emo'),
    (JOB, JOB + "    kinds: [emotionl]\n", 15, "did you mean `emotional`? there are emotional, functional, social"),
    (JOB, JOB + "    primary: maybe\n", 15, 'needs true or false, not `"maybe"`'),
    (JOB, JOB + "    prior: 1.5\n", 15, "must be less than 1: share of sessions with this job before anything is seen"),
    (JOB, JOB + "    shortest_path: 2.5\n", 15, "needs a whole number, not `2.5`"),
    (JOB, JOB + "    circumstances: [{visitor: old}]\n", 15, '`"old"` is none of these; there are new, returning'),
    (
        JOB,
        JOB + "    circumstances: [{device: [tablet, iPhone]}]\n",
        15,
        "device 'iPhone': write mobile, as phones are",
    ),
    (JOB, JOB + "    circumstances: [{weight: 1}]\n", 15, "says nothing: give device, campaign, referrer, hours"),
    ("weight: 2.0", "weight: high", 18, 'needs a number, such as `weight: 1.5`, not `"high"`'),
    ("weight: 2.0", "weight: -200", 18, "must be at least -10: natural logarithm of the likelihood ratio"),
    (", weight: 2.0", "", 18, "evidence.0.weight: is required but not given"),
    ('"/gifts/**"', '"/gifts/**', 18, "close the quote or the bracket that is opened here"),
    ('"/gifts/**"', "**/gifts", 18, "put a text that begins with * or & in quotes"),
    ('"/gifts/**"', "@gifts", 18, "put a text that begins with a sign in quotes"),
    ('path: "/gifts/**"', "where: {query: {contain: gift}}", 18, "did you mean `contains`? there are contains, equals"),
    ('path: "/gifts/**"', "where: {query: {}}", 18, "says nothing: give equals, contains, in, gt, lt or exists"),
    ('path: "/gifts/**"', "any_of: {event: x}", 18, "any_of: needs a list, such as `any_of: [{"),
    ("outcome: {event: Order Completed}", "outcome: *done", 19, "undefined alias 'done'"),
]
ADDED = [
    # what is added at the end of the file, what is said of it
    ("time_zone: Berlin", "'Berlin' is no time zone: write an IANA name, such as Europe/Berlin"),
    ("timezone: UTC", "did you mean `time_zone`? there are alerts, currency"),
    ("currency: euro", "'euro' does not fit: ISO 4217, where events name none, such as `currency: EUR`"),
    ("12: x", "12: YAML reads this key as something else than a text: put it in quotes"),
    ("? [a, b]\n: c", "a key must be a text"),
    ("sessions: 30m", 'needs keys of its own, such as `sessions: {"inactivity": "30m"}`, not `"30m"`'),
    ("sessions: {inactivity: 0s}", "must be longer than nothing"),
    ("friction: {rageclick: {}}", "no such detector; did you mean `rage_click`?"),
    ("friction: {rage_click: off}", "needs settings, such as `rage_click: {}`; off is what has no line under the"),
    ("friction: {rage_click: {clicks: 1}}", "friction.rage_click.clicks: must be at least 2: fewest clicks"),
    ("intended: [checkout.paymnt]", "no stage or step 'checkout.paymnt'; did you mean `checkout.payment`?"),
    ("learned: {stays: {checkout: {present: 4m}}}", "'present' is no job of this journey any more: learn again"),
    ("learned: {stays: {nowhere: {gift: 4m}}}", "'nowhere' is no stage or step of this journey any more"),
    ("alerts: {objectives: [{job: gft, success: 0.9}]}", "objectives.0.job: this journey has no job 'gft'; did you"),
    ("alerts: {receivers: [{name: team, stages: [chekout]}]}", "receivers.0.stages.0: this journey has no stage"),
    ("alerts: {receivers: [{name: team, jobs: [gft]}]}", "receivers.0.jobs.0: this journey has no job 'gft'; did you"),
    ("alerts: {friction: [rageclick]}", "alerts.friction.0: this journey has no detector 'rageclick'; did you mean"),
    ("pages: {hilfe: {path: /hilfe}}", "unknown key; take it out, or check its spelling: there are account, error"),
    ("---\njourney: another", "a file holds one journey: take out what follows `---`"),
    ("\0", "has a character that no text has (number 0): take it out"),
]
EXPLOSIVE = "a: &a [x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{name}'] * 9)}]\n" for name, after in pairwise("abcdefghi")
)
WHOLE = [
    ("", "the file is empty; a journey needs `journey`, a name, and `stages`."),
    ("# nothing yet\n", "the file is empty"),
    ("hello\n", "the file: needs keys of its own: `journey`, a name, and `stages`"),
    ("journey: shop\n", 'stages: is required but not given: the stages, in order, such as `stages: [{"'),
    ("[" * 3_000, "is nested deeper than 50 levels"),
    ("a: [" + "{b: " * 60 + "c" + "}" * 60 + "]\n", "is nested deeper than 50 levels"),
    ("#" * 1_000_001, "has more than 1,000,000 characters, which no journey has: is this another file?"),
    (EXPLOSIVE, "once its aliases stand for what they name: write less of them"),
]


def told(folder: Path, text: str) -> list[str]:
    """The mistakes of a file, without its name."""
    file = folder / "desireline.yaml"
    file.write_text(text)
    with pytest.raises(JourneyError) as caught:
        load_journey(file)
    assert all(problem.startswith(f"{file}:") for problem in caught.value.problems)
    return [problem.removeprefix(f"{file}:") for problem in caught.value.problems]


@pytest.mark.parametrize(("old", "new", "line", "words"), REPLACED, ids=[words for *_, words in REPLACED])
def test_a_mistake_is_told_where_it_was_made(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in FILE

    (problem,) = told(tmp_path, FILE.replace(old, new, 1))

    assert problem.startswith(f"{line}: ")
    assert words in problem


@pytest.mark.parametrize(("line", "words"), ADDED, ids=[line for line, _ in ADDED])
def test_a_key_that_is_mistaken_is_told(tmp_path: Path, line: str, words: str) -> None:
    (problem,) = told(tmp_path, f"{FILE}{line}\n")

    assert problem.startswith(f"{END}: ")
    assert words in problem


@pytest.mark.parametrize(("text", "words"), WHOLE, ids=[words for _, words in WHOLE])
def test_a_file_that_is_no_journey_at_all_is_told_so(tmp_path: Path, text: str, words: str) -> None:
    problem, *_ = told(tmp_path, text)

    assert problem.startswith("1: ")
    assert words in problem


def test_aliases_are_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "desireline.yaml"
    text = FILE.replace("enter: {event: Order Completed}", "enter: &done {event: Order Completed}")
    file.write_text(text.replace("outcome: {event: Order Completed}", "outcome: *done"))

    assert load_journey(file).jobs[0].outcome == load_journey(file).stages[-1].enter
