"""Benjamini and Hochberg's step-up procedure."""

from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from services.core.stats.benjamini_hochberg import benjamini_hochberg

P_VALUES = st.lists(st.floats(0, 1), max_size=30)


def test_the_authors_own_example_keeps_the_first_four() -> None:
    # Their 1995 paper, section 3.2, the 15 p-values of a trial of thrombolysis.
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719]

    assert benjamini_hochberg([*published, 0.6528, 0.7590, 1.0]) == [True] * 4 + [False] * 11


@given(p_values=P_VALUES)
def test_a_p_stands_where_enough_others_are_as_small(p_values: list[float]) -> None:
    stands = benjamini_hochberg(p_values)

    limits = [p for p in p_values if p <= 0.05 * sum(other <= p for other in p_values) / len(p_values)]
    assert stands == [bool(limits) and p <= max(limits) for p in p_values]


@given(p_values=P_VALUES)
def test_what_stands_does_not_depend_on_the_order(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values[::-1]) == benjamini_hochberg(p_values)[::-1]


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=30), q=st.sampled_from([0.01, 0.05, 0.2]))
def test_what_stands_is_what_scipy_adjusts_to_no_more_than_q(p_values: list[float], q: float) -> None:
    adjusted = false_discovery_control(p_values)
    assume(min(abs(adjusted - q)) > 1e-12)  # there the last digit decides

    assert benjamini_hochberg(p_values, q) == [one <= q for one in adjusted]
