"""Help seeking: a question in the middle of a purchase."""

from tests.core.build import found, shop

SPEAKS = ["0 add", "10 checkout", "20 page /checkout/payment", "30 page /help/cards", "50 page /checkout/payment"]
SILENT = ["0 view", "10 page /returns", "20 add", "30 page /contact", "40 checkout", "50 buy", "60 page /help"]


def test_a_help_page_within_the_purchase_is_found() -> None:
    (row,) = found("help_seeking", *SPEAKS)

    assert (row.stage, row.step, row.page, row.cause) == ("checkout", "payment", "/help/cards", "help page opened")


def test_a_help_page_before_or_after_it_is_not() -> None:
    assert not found("help_seeking", *SILENT)


def test_each_page_counts_once() -> None:
    pages = ["/help", "/returns", "/help", "/returns", "/contact"]

    rows = found("help_seeking", "0 checkout", *[f"{9 + n} page {path}" for n, path in enumerate(pages)])

    assert sorted(row.page for row in rows) == ["/contact", "/help", "/returns"]


def test_whoever_opens_many_pages_is_reading_and_not_stuck() -> None:
    rows = found("help_seeking", "0 checkout", *[f"{9 + n} page /help/{n}" for n in range(30)])

    assert len(rows) == 20


def test_other_acts_on_the_page_are_no_visits() -> None:
    assert not found("help_seeking", "0 page /help", "1 checkout /help", "2 click /help #question")


def test_a_conversation_counts_too() -> None:
    (row,) = found("help_seeking", "0 checkout", "9 'Live Chat Conversation Started'")

    assert row.cause == "conversation begun"


def test_the_journey_file_says_which_pages_these_are() -> None:
    journey = shop(pages={"help": {"path": "/hilfe/**"}})

    assert found("help_seeking", "0 checkout", "9 page /hilfe/karten", journey=journey)
    assert not found("help_seeking", "0 checkout", "9 page /help", journey=journey)
