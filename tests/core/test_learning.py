"""Thresholds learned from how long people stay and think, and what they change."""

from typing import Any

import pytest

from services.core.learned import Learned
from services.core.learning import Learning, Walk
from tests.core.build import START, acts, found, shop

PLACES = ["browse", "checkout", "checkout.payment"]


def walk(*runs: tuple[float, str], ended: float, job: str = "gift", visitor: str = "anna") -> Walk:
    """A path: `(10, "checkout.payment")` was entered at 10 seconds."""
    places = [place.partition(".") for _, place in runs]
    return Walk(
        visitor,
        job,
        [stage for stage, _, _ in places],
        [step for _, _, step in places],
        [START + round(at * 1000) for at, _ in runs],
        START + round(ended * 1000),
    )


def stays(learning: Learning) -> dict[str, Any]:
    told: dict[str, Any] = learning.learned().model_dump(mode="json")["stays"]
    return told


def paid_in(*seconds: float) -> Learning:
    """Taught by people who paid in such times."""
    learning = Learning(PLACES, least=20)
    for one in seconds:
        learning.see(walk((0, "checkout.payment"), (one, "bought"), ended=1000))
    return learning


ALIKE = [*[10.0] * 30, *[15.0] * 30, *[20.0] * 30]
"""Quartiles of 10 and 20 seconds; Tukey's outer fence of the logarithms is 20 · (20 / 10) ** 3."""


def test_the_threshold_is_what_lies_far_apart_from_the_others() -> None:
    assert stays(paid_in(*ALIKE, *[30] * 10))["checkout.payment"] == {"*": "160s", "gift": "160s"}


def test_the_few_who_are_stuck_do_not_tell_how_long_people_stay() -> None:
    assert stays(paid_in(*ALIKE, *range(400, 410)))["checkout.payment"] == {"*": "160s", "gift": "160s"}


def test_where_more_than_one_of_ten_stay_far_longer_it_is_the_time_by_which_nineteen_of_twenty_have_gone_on() -> None:
    assert stays(paid_in(*ALIKE[1:], *range(400, 411)))["checkout.payment"] == {"*": "405s", "gift": "405s"}


def test_one_of_ten_is_not_more_than_one_of_ten() -> None:
    assert stays(paid_in(*[20] * 90, *[400] * 10))["checkout.payment"]["*"] == "20s"
    assert stays(paid_in(*[20] * 89, *[400] * 11))["checkout.payment"]["*"] == "400s"


def test_a_threshold_is_in_whole_seconds_and_never_less_than_what_was_seen() -> None:
    assert stays(paid_in(*[20.1] * 100))["checkout.payment"]["*"] == "21s"


def test_a_hundred_must_have_been_seen_to_go_on_unless_told_otherwise() -> None:
    for gone, left, is_enough in ((99, 50, False), (100, 5, True)):
        learning = Learning(PLACES)
        for _ in range(gone):
            learning.see(walk((0, "browse"), (20, "checkout"), ended=20))
        for _ in range(left):
            learning.see(walk((0, "browse"), ended=1))

        assert ("browse" in stays(learning)) is is_enough


def test_places_of_another_journey_teach_nothing() -> None:
    learning = Learning(PLACES, least=1)

    learning.see(walk((0, "wishlist"), (20, "browse"), (40, "checkout"), ended=99))

    assert list(stays(learning)) == ["browse"]


def test_nobody_is_stuck_within_ten_seconds() -> None:
    assert stays(paid_in(*[0.5] * 100))["checkout.payment"] == {"*": "10s", "gift": "10s"}
    assert stays(paid_in(*[0.0] * 85, *range(1, 16)))["checkout.payment"] == {"*": "10s", "gift": "10s"}
    assert stays(paid_in(*[0.0] * 85, *range(21, 36)))["checkout.payment"] == {"*": "30s", "gift": "30s"}


def test_those_who_left_count_as_long_as_they_were_seen() -> None:
    learning = paid_in(*[place if place > 89 else 10 for place in range(1, 101)])

    for place in range(91, 101):
        learning.see(walk((0, "checkout.payment"), ended=place / 2))

    # Nineteen of twenty of them all, had those who left gone on like the others who were still there.
    assert stays(learning)["checkout.payment"] == {"*": "98s", "gift": "98s"}


def test_where_too_many_leave_to_say_nothing_is_learned() -> None:
    learning = Learning(PLACES, least=20)

    for seconds in range(1, 51):
        learning.see(walk((0, "checkout.payment"), (seconds, "bought"), ended=200))
        learning.see(walk((0, "checkout.payment"), ended=300))

    assert stays(learning) == {}


def test_few_are_not_enough_and_a_job_with_few_has_the_threshold_of_all() -> None:
    learning = Learning(PLACES, least=20)
    for seconds in range(1, 31):
        gone = seconds if seconds > 25 else 3
        learning.see(walk((0, "browse"), (gone, "bought"), ended=99, job="gift" if seconds < 20 else "replace"))

    assert stays(learning) == {"browse": {"*": "29s"}}


def test_a_stay_in_a_stage_goes_through_its_steps() -> None:
    learning = Learning(PLACES, least=1)

    learning.see(walk((0, "browse"), (5, "checkout"), (9, "checkout.payment"), (30, "browse"), ended=60))

    assert stays(learning)["checkout"] == {"*": "25s", "gift": "25s"}
    assert stays(learning)["checkout.payment"] == {"*": "21s", "gift": "21s"}


def test_thinking_is_from_focus_to_input_and_not_while_the_tab_is_hidden() -> None:
    learning = Learning(PLACES, least=1)

    learning.watch(
        "anna",
        acts(
            "0 form_field form=card field=number action=focus",
            "7 form_field form=card field=number action=input",
            "9 form_field form=card field=number action=leave",
            "10 form_field form=card field=cvc action=focus",
            "11 tab_hidden",
            "90 form_field form=card field=cvc action=input",
        ),
    )

    assert learning.learned().model_dump(mode="json")["waits"] == {"card number": "7s"}


def waits(*lines: str) -> dict[str, str]:
    """What is learned of one visitor's acts, in a form called card."""
    learning = Learning(PLACES, least=1)
    learning.watch("anna", acts(*[line.replace(" on ", " form_field form=card field=") for line in lines]))
    told: dict[str, str] = learning.learned().model_dump(mode="json")["waits"]
    return told


def test_the_first_focus_counts_and_the_next_field_begins_anew() -> None:
    assert waits("0 on cvc action=focus", "3 on cvc action=focus", "7 on cvc action=input") == {"card cvc": "7s"}
    assert waits("0 on cvc action=focus", "3 on zip action=input") == {}
    assert waits("0 on cvc action=focus", "2 on zip action=focus", "7 on zip action=input") == {"card zip": "5s"}


def test_an_input_of_whom_the_page_was_hidden_from_teaches_nothing() -> None:
    assert waits("0 on cvc action=focus", "7 on cvc action=input hidden=true") == {}


def looks(times: int, seconds: int, then: str) -> list[str]:
    """So many times they look at a field for so long."""
    began = range(100 * seconds, 100 * seconds + 10 * times, 10)
    return [line for at in began for line in (f"{at} on cvc action=focus", f"{at + seconds} on cvc action={then}")]


def test_who_leaves_a_field_empty_counts_as_long_as_they_looked_at_it() -> None:
    typed = looks(20, 2, "input")

    assert waits(*typed, *looks(2, 9, "input")) == {"card cvc": "9s"}
    assert waits(*looks(2, 1, "leave"), *typed) == {"card cvc": "2s"}
    assert waits(*typed, *looks(2, 9, "leave")) == {}


def test_time_out_of_sight_is_no_time_that_people_take() -> None:
    learning = Learning(PLACES, least=1)

    learning.watch("ben", acts("40 tab_hidden", "41 tab_shown"))
    learning.see(walk((0, "browse"), (20, "checkout.payment"), (100, "checkout"), (140, "bought"), ended=999))
    learning.watch("anna", acts("-50 tab_hidden", "30 tab_hidden", "80 tab_shown", "90 tab_hidden", "990 tab_shown"))

    # Hidden until they came to the next step, which they then saw; what lay before the first nobody asks.
    assert stays(learning)["browse"]["*"] == "20s"
    assert stays(learning)["checkout.payment"]["*"] == "20s"
    assert stays(learning)["checkout"]["*"] == "60s"


def test_a_page_shown_again_is_no_act_in_a_form() -> None:
    learning = Learning(PLACES, least=1)

    learning.watch(
        "anna",
        acts(
            "0 form_field form=card field=cvc action=focus",
            "1 tab_shown",
            "7 form_field form=card field=cvc action=input",
        ),
    )

    assert learning.learned().model_dump(mode="json")["waits"] == {"card cvc": "7s"}


PAYING = ["0 checkout", "10 page /checkout/address", "200 page /checkout/payment", "210 buy"]


def learned(**told: Any) -> dict[str, Any]:
    return {"learned": told}


def test_longer_than_learned_is_a_stall() -> None:
    journey = shop(**learned(stays={"checkout.address": {"*": "180s"}}))

    (row,) = found("stage_stall", *PAYING, journey=journey)

    assert (row.step, row.cost_seconds) == ("address", 10.0)


def test_what_is_learned_of_a_job_is_for_that_job() -> None:
    for job, count in (("gift", 0), ("unassigned", 1)):
        journey = shop(**learned(stays={"checkout.address": {"gift": "300s", "*": "180s"}}), jobs=[GIFT])
        stated = [f"5 job_stated job={job}", *PAYING]

        assert len(found("stage_stall", *stated, journey=journey)) == count


GIFT = {"name": "gift", "when": "I am invited", "want": "find something", "so_that": "she is glad"}


def test_patience_that_is_given_goes_before_what_is_learned() -> None:
    journey = shop(**learned(stays={"checkout.payment": {"*": "1s"}, "checkout": {"*": "1s"}}))

    assert not found("stage_stall", *PAYING, journey=journey)


def test_hesitation_is_longer_than_the_fields_own_time() -> None:
    lines = [
        "0 form_field form=card field=number action=focus",
        "20 form_field form=card field=number action=input",
    ]

    assert found("hesitation", *lines)
    assert not found("hesitation", *lines, journey=shop(**learned(waits={"card number": "25s"})))


def test_hesitation_is_ten_seconds_at_least_where_a_field_is_filled_in_at_once() -> None:
    quick = shop(**learned(waits={"card number": "2s"}))
    focus = "0 form_field form=card field=number action=focus"

    assert not found("hesitation", focus, "9.9 form_field form=card field=number action=input", journey=quick)
    assert found("hesitation", focus, "10 form_field form=card field=number action=input", journey=quick)


def test_what_is_learned_is_part_of_the_journeys_version() -> None:
    assert shop().version != shop(**learned(waits={"card number": "25s"})).version


def test_what_is_learned_of_a_place_that_is_no_more_is_a_mistake() -> None:
    with pytest.raises(Exception, match="is no stage or step of this journey any more: learn again"):
        shop(**learned(stays={"shipping": {"*": "25s"}}))


def test_it_reads_what_it_writes() -> None:
    told = Learned.model_validate({"stays": {"checkout": {"*": "90s"}}, "waits": {"card cvc": "12s"}})

    assert Learned.model_validate(told.model_dump(mode="json")) == told
