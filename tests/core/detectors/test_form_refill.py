"""Form refills: the same field again and again."""

from tests.core.build import found


def acts(*actions: str, field: str = "zip", start: int = 10) -> list[str]:
    return [f"{start + n} form_field form=address field={field} action={one}" for n, one in enumerate(actions)]


SPEAKS = ["0 page /checkout/address", *acts("input", "leave", "input", "leave", "input")]
SILENT = ["0 page /checkout/address", *acts("focus", "input", "input", "leave", "input", "invalid")]


def test_a_field_changed_again_twice_after_it_was_left_is_a_refill() -> None:
    (row,) = found("form_refill", *SPEAKS)

    assert (row.step, row.element, row.cost_seconds) == ("address", "address zip", 4.0)
    assert row.cause == "changed again 2 times, rejected 0 times"
    assert len(row.evidence) == 3


def test_once_is_a_slip_and_so_is_one_rejection() -> None:
    assert not found("form_refill", *SILENT)


def test_two_rejections_are_a_refill() -> None:
    (row,) = found("form_refill", *acts("invalid", "invalid"))

    assert row.cause == "changed again 0 times, rejected 2 times"


def test_typing_on_without_leaving_is_none() -> None:
    assert not found("form_refill", *acts(*["input"] * 20, "leave", "focus", "leave"))


def test_each_return_counts_once_however_much_is_typed() -> None:
    assert not found("form_refill", *acts("input", "leave", "input", "input", "input"))


def test_each_field_counts_for_itself() -> None:
    assert not found("form_refill", *acts("input", "leave", "input"), *acts("input", "leave", "input", field="city"))


def test_going_on_is_the_same_finding() -> None:
    (row,) = found("form_refill", *acts("input", *["leave", "input"] * 5))

    assert row.cause == "changed again 5 times, rejected 0 times"
