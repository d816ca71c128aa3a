"""Kaplan and Meier's estimate, against published values."""

import pytest

from services.core.stats.kaplan_meier import Stay, quantile

# Weeks in remission on 6-MP (E. J. Freireich et al., Blood 21 (1963), 699-716), the textbook example: 21 patients, the
# ends of 12 of them not seen. S(t): 6 0.857, 7 0.807, 10 0.753, 13 0.690, 16 0.627, 22 0.538, 23 0.448.
ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
NOT_SEEN = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
REMISSION = [*(Stay(weeks, True) for weeks in ENDED), *(Stay(weeks, False) for weeks in NOT_SEEN)]


@pytest.mark.parametrize(("share", "weeks"), [(0.14, 6), (0.19, 7), (0.24, 10), (0.309, 13), (0.37, 16), (0.5, 23)])
def test_the_estimate_is_the_published_one(share: float, weeks: float) -> None:
    assert quantile(REMISSION, share) == weeks


def test_what_was_never_reached_is_not_made_up() -> None:
    assert quantile(REMISSION, 0.95) is None
    assert quantile([], 0.5) is None


def test_leaving_out_those_whose_end_was_not_seen_would_be_too_short() -> None:
    assert quantile([one for one in REMISSION if one.is_over], 0.5) == 10


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.7, 0.9])
def test_a_share_that_is_reached_exactly_is_reached_whatever_fractions_make_of_it(share: float) -> None:
    assert quantile([Stay(second, True) for second in range(1, 11)], share) == round(share * 10)
