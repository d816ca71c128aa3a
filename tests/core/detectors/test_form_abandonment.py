"""Form abandonment: a form begun and left."""

from tests.core.build import START, encode, event, found, pipeline

FORM = [
    "10 form_field form=address field=street action=focus",
    "12 form_field form=address field=street action=input",
    "20 form_field form=address field=phone action=focus",
]
SPEAKS = ["0 checkout", "5 page /checkout/address", *FORM, "60 page /"]
SILENT = ["0 checkout", "5 page /checkout/address", *FORM, "30 form_submit form=address", "60 page /"]


def test_a_form_that_is_neither_sent_nor_passed_is_abandoned_at_its_last_field() -> None:
    (row,) = found("form_abandonment", *SPEAKS)

    assert (row.stage, row.step, row.page) == ("checkout", "address", "/checkout/address")
    assert (row.element, row.cost_seconds) == ("address phone", 8.0)
    assert row.evidence == [f"anna {line}" for line in (FORM[1], FORM[2], "60 page /")]


def test_a_form_that_was_sent_is_not() -> None:
    assert not found("form_abandonment", *SILENT)


def test_nor_is_one_that_was_passed_without_saying_so() -> None:
    assert not found("form_abandonment", "5 page /checkout/address", *FORM, "40 page /checkout/payment")


def test_nor_one_that_only_had_the_focus() -> None:
    assert not found("form_abandonment", "5 page /checkout/address", FORM[0], FORM[2])


def test_going_back_is_leaving_it() -> None:
    (row,) = found("form_abandonment", "5 page /checkout/address", *FORM, "40 add", "50 page /checkout/address")

    assert row.evidence[-1] == "anna 40 add"


def test_going_back_a_step_within_the_stage_is_not() -> None:
    made = pipeline()
    made.feed(
        0, encode(event(line) for line in ("5 page /checkout/payment", *FORM, "40 page /checkout/address")), START
    )

    assert "form_abandonment" not in {row.detector for row in made.take().findings}


def test_one_begun_before_any_stage_is_passed_by_entering_the_first() -> None:
    assert not found("form_abandonment", "5 page /welcome", *FORM, "40 view /p/1")


def test_sending_it_or_getting_on_after_all_takes_that_back() -> None:
    lines = ["5 page /checkout/address", *FORM, "40 add", "50 page /checkout/address"]

    assert not found("form_abandonment", *lines, "60 form_submit form=address")
    assert not found("form_abandonment", *lines, "60 page /checkout/payment")


def test_of_several_forms_the_one_touched_last_is_named() -> None:
    other = ["30 form_field form=voucher field=code action=input", "31 form_submit form=voucher"]

    (open_one,) = found("form_abandonment", "5 page /checkout/address", *FORM, *other[:1])
    (sent_one,) = found("form_abandonment", "5 page /checkout/address", *FORM, *other)

    assert (open_one.element, sent_one.element) == ("voucher code", "address phone")


def test_ga4s_words_are_understood_too() -> None:
    start = "10 form_start /contact form_id=contact first_field_name=email"

    (row,) = found("form_abandonment", "0 page /contact", start)

    assert row.element == "contact email"
    assert not found("form_abandonment", "0 page /contact", start, "20 form_submit /contact form_id=contact")
