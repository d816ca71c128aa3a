"""What is passed over of a session that is folded anew would have said nothing, whatever the journey was and is."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.hindsight import NAME, Rejudged, Told, rejudge
from services.core.revision import Revision
from services.core.rulebook import Rulebook
from services.core.standing import quiet
from tests.core.build import event
from tests.core.other_journeys import CHANGES, Dice, Document, add_stage, base, before_and_after, changed, lines
from tests.core.test_standing import known

HEARD = (
    *("web_vitals lcp_ms=900", "web_vitals lcp_ms=6000", "request_failed status=500 url=/x", "error message=no"),
    *("cursor changes=30 within_ms=900", "click #pay answered=false", "click #pay answered=true", "click #pay"),
    *(f"form_field form=address field=zip action={action}" for action in ("focus", "input", "change", "invalid")),
)
"""Events of which detectors tell that look at nothing else."""


def history(dice: Dice) -> list[Told]:
    """A session with many of these."""
    told = [(at, dice.choice([line, dice.choice(HEARD)])) for at, line in lines(dice)]
    return [
        (0, "anna", one.id, one.name, one.path, "", one.occurred_at, False, bytes(one.props).decode(), "")
        for one in (event(f"{at} {line}", id=f"e{number}") for number, (at, line) in enumerate(told))
    ]


def found(of: Rejudged) -> dict[str, Document]:
    return {one.id: {name: getattr(one, name) for name in one.__struct_fields__} for one in of.findings}


@pytest.mark.parametrize("change", CHANGES)
@settings(max_examples=25)
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=1))
def test_what_is_passed_over_changes_nothing(change: Any, seed: int, further: int) -> None:
    dice = Dice(seed)
    journeys = before_and_after(change, further, dice)
    if journeys is None:
        return
    before, after = journeys
    revision = Revision(before, after)

    for _ in range(8):
        part = history(dice)
        if part:
            stood = known(rejudge("shop", part, None, [], Rulebook(before)), revision)
            passing_over = quiet(part, stood, revision)
            assert passing_over is not None
            book = revision.unheard.book
            now = rejudge("shop", part, stood, [], book, passing_over)
            whole = rejudge("shop", part, stood, [], Rulebook(after))
            assert (now.now, found(now)) == (whole.now, found(whole))


def test_what_found_nothing_is_not_heard_again_and_what_found_something_is() -> None:
    dice = Dice(3)
    before, after = changed(base(), [], dice), changed(base(), [add_stage], dice)
    assert before is not None
    assert after is not None
    revision = Revision(before, after)

    nothing, some = revision.unheard.where_found([]), revision.unheard.where_found(["slow_page", "backslide"])

    assert nothing.still_heard == frozenset()
    assert "web_vitals" in some.still_heard
    assert "click" not in some.still_heard
    assert revision.unheard.book.plan("web_vitals", "/p/1").listeners
    assert not nothing.book.plan("web_vitals", "/p/1").listeners
    assert not nothing.book.plan("web_vitals", "/p/1").reads


@pytest.mark.parametrize("other", ["another journey", "another event", "nothing known"])
def test_all_is_heard_where_the_store_tells_of_another_session(other: str) -> None:
    dice = Dice(5)
    before, after = changed(base(), [], dice), changed(base(), [add_stage], dice)
    assert before is not None
    assert after is not None
    revision, part = Revision(before, after), history(dice)
    stood = known(rejudge("shop", part, None, [], Rulebook(before)), revision)
    assert quiet(part, stood, revision) is not None

    if other == "another journey":
        assert quiet(part, known(rejudge("shop", part, None, [], Rulebook(after)), revision), revision) is None
    elif other == "another event":
        assert quiet([*part, (*part[-1][:NAME], "late", *part[-1][NAME + 1 :])], stood, revision) is None
    else:
        assert quiet(part, None, revision) is None
