"""What a customer says of their job, beside what is inferred."""

import pytest

from tests.core.build import judged, shop
from tests.core.test_journey import GIFT

BUY = {**GIFT, "name": "buy", "evidence": [{"match": {"event": ["add", "checkout"]}, "weight": 3}]}
JOURNEY = shop(jobs=[BUY, GIFT])


def test_what_the_customer_says_outranks_what_is_inferred() -> None:
    (row,), _ = judged("0 add", "5 job_stated job=gift", "9 checkout", journey=JOURNEY)

    assert row.job == "gift"
    assert row.job_rules == ["buy/1", "gift/stated"]
    assert row.job_evidence == ["anna 0 add", "anna 5 job_stated job=gift"]
    assert row.job_changes == ["unassigned", "buy"]
    # 0.2 · e^10 against 0.2 · e^3 and 0.5
    assert row.job_confidence == pytest.approx(0.9990, abs=1e-4)


def test_it_decides_even_where_all_speaks_against_it_and_says_how_little_is_sure() -> None:
    against = {**BUY, "evidence": [{"match": {"event": name}, "weight": 10} for name in ("add", "checkout")]}

    (row,), _ = judged("0 add", "5 checkout", "9 job_stated job=gift", journey=shop(jobs=[against, GIFT]))

    assert row.job == "gift"
    assert row.job_confidence < 0.01


def test_the_last_answer_counts() -> None:
    (row,), _ = judged("0 job_stated job=gift", "5 job_stated job=buy", "9 job_stated job=Gift", journey=JOURNEY)

    assert (row.job, row.job_rules, row.job_evidence) == ("gift", ["gift/stated"], ["anna 9 job_stated job=Gift"])
    assert row.job_changes == ["unassigned", "gift", "buy"]


def test_none_of_these_can_be_said_too() -> None:
    (row,), _ = judged("0 search query=gift", "1 view /gifts/1", "5 job_stated job=unassigned", journey=JOURNEY)

    assert (row.job, row.job_changes) == ("unassigned", ["unassigned", "gift"])
    assert "unassigned/stated" in row.job_rules


def test_an_answer_that_this_journey_does_not_know_leaves_what_is_inferred() -> None:
    (row,), _ = judged("0 search query=gift", "1 view /gifts/1", "5 job_stated job=refund", journey=JOURNEY)

    assert (row.job, row.job_rules) == ("gift", ["gift/2", "gift/1"])


def test_what_was_said_comes_in_the_order_of_time_whenever_it_arrives() -> None:
    said = ["0 job_stated job=gift", "5 job_stated job=buy", "7 view"]

    (one,), _ = judged(*said, journey=JOURNEY)
    (other,), _ = judged(*reversed(said), journey=JOURNEY)

    assert (one.job, one.job_changes, one.job_evidence) == (other.job, other.job_changes, other.job_evidence)
