"""Stored events judged again: which sessions of the store are these very events."""

import pytest

from services.core.hindsight import Known, Told, is_whole


def told(at: int, user: str) -> Told:
    return (0, "tablet", f"e{at}", "view", "/", user, at, False, "{}", "")


@pytest.mark.parametrize(("user", "whole"), [("ben@x", True), ("anna@x", False), ("", False)])
def test_a_session_that_names_another_than_its_events_name_last_is_judged_again(user: str, whole: bool) -> None:
    events = [told(1, "anna@x"), told(2, "ben@x"), told(3, "")]
    before = Known(
        id="s", opened_on="1970-01-01", visitor="tablet", user=user, started_at=1, ended_at=3, events=3, late=False,
        historical=False, version=1, journey="v", stage="", job="unassigned", done=False,
    )  # fmt: skip

    assert is_whole(events, before) is whole
