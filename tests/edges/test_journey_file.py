"""Journey files on disk: where a mistake stands."""

from pathlib import Path

import pytest

from services.core.errors import JourneyError
from services.core.learned import Learned
from services.edges.journey_file import learned_text, load_journey

GOOD = """\
journey: shop
stages:
  - name: browse
    enter: {event: [Product Viewed]}
"""
JOB = """\
jobs:
  - name: gift
    when: I am invited
    want: find something
    so_that: my friend feels seen
"""


def test_a_good_file_is_a_journey(tmp_path: Path) -> None:
    file = tmp_path / "desireline.yaml"
    file.write_text(GOOD)

    assert [stage.name for stage in load_journey(file).stages] == ["browse"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (GOOD.replace("enter:", "entr:"), 4, "stages.0.entr: unknown key"),
        (GOOD + "sessions:\n  inactivity: 30\n", 6, "sessions.inactivity: 30 is not a duration"),
        (GOOD + "friction:\n  loop: {}\n  rage_clik: {}\n", 7, "no such detector"),
        (GOOD + "time_zone: Berlin\n", 5, "time_zone: 'Berlin' is no time zone: write an IANA name"),
        (GOOD + "    friction:\n      hesitation: {pause: 20}\n", 6, "friction.hesitation.pause: 20 is not a duration"),
        (GOOD + "    friction: {hesitaton: {}}\n", 5, "did you mean `hesitation`?"),
        (GOOD + "jobs:\n  - name: gift\n    want: find it\n", 6, "jobs.0.when: is required but not given: the circ"),
        (GOOD + JOB + "    circumstances:\n      - hours: late\n", 11, "circumstances.0.hours: 'late' does not fit"),
        (GOOD + JOB + "    circumstances:\n      - {devise: x}\n", 11, "did you mean `device`?"),
        (GOOD + "  - name: [", 5, "is not valid YAML"),
        ("", 1, "the file"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "desireline.yaml"
    file.write_text(text)

    with pytest.raises(JourneyError) as caught:
        load_journey(file)

    assert any(problem.startswith(f"{file}:{line}: ") and words in problem for problem in caught.value.problems)


def test_a_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(JourneyError, match="name a journey file with --journey"):
        load_journey(tmp_path / "nowhere.yaml")


def test_a_file_that_is_no_text_says_so(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(JourneyError, match="not UTF-8"):
        load_journey(tmp_path / "binary.yaml")


def test_what_was_learned_beside_it_belongs_to_it(tmp_path: Path) -> None:
    file, beside = tmp_path / "shop.yaml", tmp_path / "shop.learned.yaml"
    file.write_text(GOOD)
    before = load_journey(file).version

    beside.write_text(learned_text(Learned.model_validate({"stays": {"browse": {"*": "90s"}}})))

    assert load_journey(file).version != before
    assert load_journey(file).learned == Learned.model_validate({"stays": {"browse": {"*": "90s"}}})


def test_a_mistake_in_it_is_named_with_its_own_file_and_line(tmp_path: Path) -> None:
    file, beside = tmp_path / "shop.yaml", tmp_path / "shop.learned.yaml"
    file.write_text(GOOD)
    beside.write_text("waits: {}\nstays:\n  browse: {gift: 90}\n")

    with pytest.raises(JourneyError) as caught:
        load_journey(file)

    assert caught.value.problems[0].startswith(f"{beside}:3: ")
