"""The rulebook: what an event means, worked out once for its name and page, and no more of it kept than is read."""

from services.core.act import Act
from services.core.meaning import meaning
from services.core.rulebook import Rulebook
from tests.core.build import event, shop


def test_the_classes_of_a_page_are_part_of_what_its_events_mean() -> None:
    book = Rulebook(shop())

    assert book.plan("page", "/login").page_classes == {"account"}
    assert book.plan("page", "/login").visits
    assert book.plan("page", "/login") is book.plan("page", "/login")
    assert not book.plan("page", "/shoes").visits


def test_a_place_is_entered_by_a_rule_that_is_counted_among_the_alternatives() -> None:
    third = {"event": "step", "where": {"number": 3}}
    payment = {"name": "payment", "enter": {"any_of": [{"path": "/pay"}, {"event": "Pay"}, third]}}
    book = Rulebook(shop(stages=[{"name": "checkout", "enter": {"event": "begin"}, "steps": [payment]}]))

    rules = [book.plan(name, path).entered_by for name, path in (("begin", ""), ("page", "/pay"), ("Pay", "/pay"))]

    assert rules == ["checkout/1", "checkout.payment/1", "checkout.payment/1"]
    assert book.plan("Pay", "").entered_by == "checkout.payment/2"
    told = book.plan("step", "")
    assert book.settle(told, "step", "", {"number": 3}).entered_by == "checkout.payment/3"
    assert not book.settle(told, "step", "", {"number": 2}).entered_by


def test_pages_that_no_detector_asks_for_are_not_looked_for() -> None:
    book = Rulebook(shop(friction={"help_seeking": {}}))

    assert not book.plan("page", "/login").page_classes
    assert book.plan("page", "/help").page_classes == {"help"}


def test_of_a_page_view_only_its_status_is_kept_by_default() -> None:
    assert Rulebook(shop()).plan("page", "/shoes").reads == {"status"}


def test_a_page_without_a_status_is_not_shown_to_who_looks_at_it() -> None:
    plan = Rulebook(shop(friction={"error_page": {}})).plan("page", "/shoes")

    assert plan.listeners
    assert plan.bare is not None
    assert not plan.bare.listeners


def test_rules_that_hang_on_properties_are_answered_once_for_events_that_have_none_of_them() -> None:
    jobs = [
        {
            "name": "gift",
            "when": "I am invited and have no idea what to bring",
            "want": "find something fitting within a day",
            "so_that": "my friend feels seen",
            "evidence": [{"match": {"event": "search", "where": {"query": "gift"}}, "weight": 1.5}],
            "outcome": {"event": "search", "not": {"where": {"query": "gift"}}},
        }
    ]

    plan = Rulebook(shop(jobs=jobs)).plan("search", "/")

    assert len(plan.questions) == len(plan.undecided) == 2
    assert plan.bare is not None
    assert not plan.bare.undecided
    assert not plan.bare.evidence
    assert plan.bare.outcomes


def test_of_an_event_without_the_properties_read_all_else_is_kept() -> None:
    one = event("3 page /shoes colour=red", user="u1", seen="mobile")

    _, act = meaning(one, Rulebook(shop()))

    assert act == Act(one.occurred_at, one.id, "page", "/shoes", {}, "mobile", "u1")


def test_an_event_that_is_only_noticed_keeps_none_either() -> None:
    book = Rulebook(shop(friction={"zero_results": {"counts": "hits"}}))

    assert book.plan("search", "/").reads == {"hits", "query", "search_term"}
    assert not book.plan("view_item", "/").reads
    assert book.plan("view_item", "/").listeners


def test_a_page_known_by_a_property_keeps_that_property() -> None:
    book = Rulebook(shop(pages={"help": {"event": "page", "where": {"kind": "help"}}}, friction={"help_seeking": {}}))

    plan = book.plan("page", "/x")

    assert plan.reads == {"kind"}
    assert book.settle(plan, "page", "/x", {"kind": "help"}).page_classes == {"help"}
    assert not book.settle(plan, "page", "/x", {}).page_classes
