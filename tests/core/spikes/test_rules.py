"""What the journey file may say of alerts."""

from datetime import time
from typing import Any

import pytest
from pydantic import ValidationError

from services.core.errors import JourneyError
from services.core.spikes.rules import AlertRules, Receiver
from tests.core.build import shop


@pytest.mark.parametrize(
    ("alerts", "said"),
    [
        ({"receivers": [{"name": "team", "stages": ["chekout"]}]}, "this journey has no stage 'chekout'"),
        ({"objectives": [{"job": "gift", "success": 0.5}]}, "this journey has no job 'gift'"),
        ({"friction": ["rage_clicks"]}, "this journey has no detector 'rage_clicks'"),
        ({"receivers": [{"name": "team", "quiet": "at night"}]}, "'at night' is no span of the day"),
        ({"receivers": [{"name": "team"}, {"name": "team"}]}, "the receiver 'team' is named twice"),
    ],
)
def test_what_cannot_be_is_said(alerts: dict[str, Any], said: str) -> None:
    with pytest.raises(JourneyError, match=said):
        shop(alerts=alerts)


def test_without_a_word_sensible_rules_hold_and_the_version_stays() -> None:
    assert shop().alerts.sensitivity == "usual"
    assert "alerts" not in shop().document()


def test_quiet_hours_may_pass_midnight() -> None:
    team = Receiver(name="team", quiet="22:00-07:00")

    assert [team.is_quiet(time(hour)) for hour in (21, 22, 3, 7)] == [False, True, True, False]


def test_a_receiver_of_a_stage_hears_what_concerns_all_stages() -> None:
    team = Receiver(name="team", stages=("checkout",))

    assert [team.hears(stage, "") for stage in ("checkout", "browse", "")] == [True, False, True]


def test_a_digest_that_would_come_in_quiet_hours_is_refused() -> None:
    with pytest.raises(ValidationError, match="choose another digest_at"):
        Receiver(name="boss", quiet="22:00-07:00", digest="daily", digest_at=6)

    assert Receiver(name="boss", quiet="22:00-07:00", digest="daily", digest_at=7).digest_at == 7


def test_sensitivity_says_how_easily_a_rate_is_a_spike_and_volumes_and_direction_what_counts() -> None:
    low, usual, high = (AlertRules(sensitivity=one).demand() for one in ("low", "usual", "high"))
    given = AlertRules(least_exposed=50, least_excess=8, direction="both").demand()

    assert low.false_share < usual.false_share < high.false_share
    assert low.false_pairs < usual.false_pairs < high.false_pairs
    assert (given.least_exposed, given.least_excess, given.direction) == (50, 8, "both")
