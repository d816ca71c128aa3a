"""Thresholds of a stage: they hold while the visitor is there, and cost nothing elsewhere."""

from typing import Any

import pytest

from services.core.errors import JourneyError
from services.core.journey import Journey
from services.core.listening import Listening
from tests.core.build import SHOP, found, shop

FIELD = "form_field form=address field=zip action="


def with_stage(stage: str, settings: dict[str, Any], **changes: Any) -> Journey:
    """The shop, with settings of detectors for one stage."""
    stages = [{**one, "friction": settings} if one["name"] == stage else one for one in SHOP["stages"]]
    return shop(stages=stages, **changes)


def paused(stage: str, journey: Journey) -> int:
    """How often a pause of 15 s before a field is called hesitation in a stage."""
    return len(found("hesitation", f"0 {stage}", f"1 {FIELD}focus", f"16 {FIELD}input", journey=journey))


def test_a_stage_may_have_a_threshold_of_its_own() -> None:
    journey = with_stage("checkout", {"hesitation": {"pause": "20s"}})

    assert paused("checkout", journey) == 0
    assert paused("view", journey) == 1
    assert paused("checkout", shop()) == 1


def test_what_a_stage_leaves_open_is_as_in_the_whole_journey() -> None:
    journey = with_stage(
        "checkout", {"rage_click": {"clicks": 3}}, friction={"rage_click": {"clicks": 9, "within": "3s"}}
    )
    clicks = [f"{2 * place} click #pay" for place in range(1, 5)]

    assert found("rage_click", "0 checkout", *clicks, journey=journey)
    assert not found("rage_click", "0 view", *clicks, journey=journey)


def test_on_entering_it_is_the_stage_entered_that_counts() -> None:
    wandering = ["0 add", *(f"{at} page /{at}" for at in range(1, 4)), "4 checkout", "5 page /a", "6 page /b", "7 buy"]
    wide = [{**one, "shortest_path": 1} for one in SHOP["stages"]]

    assert [one.stage for one in found("excess_steps", *wandering, journey=shop(stages=wide))] == ["bought"]
    wide[3]["friction"] = {"excess_steps": {"factor": 9}}
    assert not found("excess_steps", *wandering, journey=shop(stages=wide))


def test_it_does_not_matter_what_another_stage_says() -> None:
    grown = ["0 add", "1 checkout", "2 'Checkout Started' total=100", "3 add_payment_info total=108"]

    assert len(found("cost_surprise", *grown, journey=with_stage("bought", {"cost_surprise": {"share": 0.5}}))) == 1
    assert not found("cost_surprise", *grown, journey=with_stage("checkout", {"cost_surprise": {"share": 0.5}}))


def test_a_stage_may_name_other_events() -> None:
    journey = with_stage("checkout", {"coupon_failure": {"denied": ["voucher_no"]}})

    assert found("coupon_failure", "0 checkout", "1 voucher_no", journey=journey)
    assert not found("coupon_failure", "0 checkout", "1 'Coupon Denied'", journey=journey)
    assert found("coupon_failure", "0 view", "1 'Coupon Denied'", journey=journey)
    assert not found("coupon_failure", "0 view", "1 voucher_no", journey=journey)


def test_detectors_without_such_settings_are_called_directly() -> None:
    plain, staged = Listening(shop()), Listening(with_stage("checkout", {"hesitation": {"pause": "20s"}}))

    direct = [{one.see for one in listening.hearing if hasattr(one.see, "__self__")} for listening in (plain, staged)]

    assert len(direct[0]) == len(plain.hearing)
    assert len(direct[1]) == len(staged.hearing) - 1
    assert len(staged.entries) == len(plain.entries)


@pytest.mark.parametrize(
    ("friction", "changes", "words"),
    [
        ({"hesitaton": {}}, {}, "stages.2.friction.hesitaton: no such detector; did you mean `hesitation`?"),
        ({"hesitation": {"pause": 20}}, {}, "stages.2.friction.hesitation.pause: 20 is not a duration"),
        ({"hesitation": {"paus": "20s"}}, {}, "did you mean `pause`?"),
        ({"hesitation": 3}, {}, "stages.2.friction.hesitation: needs keys of its own"),
        ({"loop": {}}, {"friction": {"hesitation": {}}}, "stages.2.friction.loop: is not looked for in this journey"),
    ],
)
def test_a_mistake_in_them_is_named_with_its_key(friction: dict[str, Any], changes: dict[str, Any], words: str) -> None:
    with pytest.raises(JourneyError) as caught:
        with_stage("checkout", friction, **changes)

    assert words in str(caught.value)
