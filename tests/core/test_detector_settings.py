"""Every setting of every detector, by one line of the journey file: what is found by its default, and by another."""

from typing import Any, NamedTuple

import pytest

from services.core.detectors import DETECTORS
from tests.core.build import found, shop


class Case(NamedTuple):
    """A value for a setting, acts, and what is found by the default and by that value: element and cause of each."""

    value: Any
    lines: list[str]
    default: list[str]
    changed: list[str]


AT_THE_WALL = ["0 checkout", "5 page /login", "9 'Came As Guest'"]
COSTLIER = ["0 checkout", "1 Invoiced total=100", "5 Invoiced total=200", "9 view"]
TURNED = ["0 checkout", "1 'Checkout Started' total=100", "5 'Shipping Method Selected' total=106", "9 view"]
CLICKED = ["0 click #pay role=button answered=false"]
BROKEN = "1 error message=odd source=https://pay.example/a.js"
TYPED = "form_field form=card field=number action"
SLOW = "1 web_vitals"
NARROWED = [f"{at} 'Products Searched' query=x{at}" for at in range(3)]


def clicks(*moments: float, text: str = "pay", apart: int = 0) -> list[str]:
    return [f"{at} click #pay text={text} x={apart * place}" for place, at in enumerate(moments)]


CASES = {
    "account_wall.passed_by": Case(["Came As Guest"], AT_THE_WALL, [""], []),
    "backslide.costs": Case(["Invoiced"], COSTLIER, [""], ["total grew from 100 to 200"]),
    "backslide.share": Case(0.07, TURNED, ["total grew from 100 to 106"], [""]),
    "cost_surprise.costs": Case(["Invoiced"], COSTLIER, [], ["total grew from 100 to 200"]),
    "cost_surprise.share": Case(0.07, TURNED, ["total grew from 100 to 106"], []),
    "coupon_failure.denied": Case(
        ["Code Refused"], ["0 checkout", "5 'Code Refused'"], [], ["refused once, then left"]
    ),
    "coupon_failure.accepted": Case(
        ["Code Taken"],
        ["0 checkout", "5 'Coupon Denied'", "9 'Code Taken'"],
        ["refused once, then left"],
        ["refused once, then another was accepted"],
    ),
    "dead_click.within": Case("3s", [*CLICKED, "3 page /paid"], ["#pay"], []),
    "dead_click.again": Case("100ms", ["0 click #pay", "0.5 click #pay role=button answered=false"], [], ["#pay"]),
    "error_click.within": Case("500ms", ["0 click #pay", "1 error message=odd"], ["#pay odd"], []),
    "error_click.hosts": Case(["pay.example"], ["0 click #pay", BROKEN], [], ["#pay odd"]),
    "error_click.harmless": Case(["odd"], ["0 click #pay", "1 error message=odd"], ["#pay odd"], []),
    "excess_steps.factor": Case(
        1.2,
        ["0 checkout", *[f"{at} page /checkout/{at}" for at in range(1, 8)], "9 buy"],
        [],
        ["9 moves where 6 are enough"],
    ),
    "failed_request.status": Case(500, ["0 request_failed status=404 url=/api"], ["/api status 404"], []),
    "failed_request.hosts": Case(
        ["pay.example"], ["0 request_failed status=500 url=https://pay.example/x"], [], ["pay.example/x status 500"]
    ),
    "form_refill.returns": Case(
        1,
        [f"0 {TYPED}=input", f"1 {TYPED}=leave", f"2 {TYPED}=input"],
        [],
        ["card number changed again 1 times, rejected 0 times"],
    ),
    "form_refill.rejections": Case(
        1, [f"0 {TYPED}=input", f"1 {TYPED}=invalid"], [], ["card number changed again 0 times, rejected 1 times"]
    ),
    "help_seeking.asks": Case(["Chat"], ["0 checkout", "5 Chat"], [], ["conversation begun"]),
    "hesitation.pause": Case("5s", [f"0 {TYPED}=focus", f"6 {TYPED}=input"], [], ["card number"]),
    "loop.within": Case("20s", [f"{at} page /{'ab'[at // 10 % 2]}" for at in (0, 10, 20, 30)], [""], []),
    "payment_failure.failures": Case(["Refused"], ["0 checkout", "5 Refused"], [], ["failed once"]),
    "payment_failure.reasons": Case(
        ["why"], ["0 checkout", "5 'Payment Failed' why=limit"], ["failed once"], ["failed once (limit)"]
    ),
    "payment_failure.methods": Case(
        ["by"], ["0 checkout", "5 'Payment Failed' by=card"], ["failed once"], ["card failed once"]
    ),
    "quick_back.within": Case("20s", ["0 page /a", "9 page /b", "19 page /a"], [], [""]),
    "rage_click.clicks": Case(3, clicks(0, 0.5, 1), [], ["#pay"]),
    "rage_click.within": Case("400ms", clicks(0, 0.5, 1, 1.5), ["#pay"], []),
    "rage_click.radius_px": Case(10, clicks(0, 0.5, 1, 1.5, apart=20), ["#pay"], []),
    "rage_click.repeatable": Case(["pay"], clicks(0, 0.5, 1, 1.5), ["#pay"], []),
    "script_error.hosts": Case(["pay.example"], [BROKEN], [], ["odd https://pay.example/a.js"]),
    "script_error.harmless": Case(["odd"], ["1 error message=odd"], ["odd"], []),
    "slow_page.lcp": Case("1s", [f"{SLOW} lcp_ms=2000"], [], ["LCP 2.0 s"]),
    "slow_page.inp": Case("100ms", [f"{SLOW} inp_ms=200"], [], ["INP 0.2 s"]),
    "slow_page.cls": Case(0.1, [f"{SLOW} cls=0.2"], [], ["CLS 0.20"]),
    "slow_page.load": Case("1s", [f"{SLOW} load_ms=2000"], [], ["load 2.0 s"]),
    "thrashed_cursor.changes": Case(10, ["0 cursor changes=15 axis=x within_ms=1800"], [], [""]),
    "thrashed_cursor.within": Case("4s", ["0 cursor changes=25 axis=x within_ms=3000"], [], [""]),
    "zero_results.searches": Case(["Asked"], ["0 Asked query=boots results=0"], [], ['nothing found for "boots"']),
    "zero_results.opens": Case(
        ["Seen"], [*NARROWED, "5 Seen", "6 'Products Searched' query=x9"], ["refined 3 times"], []
    ),
    "zero_results.counts": Case(["hits"], ["0 search query=boots hits=0"], [], ['nothing found for "boots"']),
    "zero_results.queries": Case(
        ["words"], ["0 search words=boots results=0"], ['nothing found for ""'], ['nothing found for "boots"']
    ),
    "zero_results.refinements": Case(2, NARROWED, [], ["refined 2 times"]),
}


def test_every_setting_of_every_detector_is_tried() -> None:
    assert sorted(CASES) == sorted(f"{name}.{key}" for name, one in DETECTORS.items() for key in one.model_fields)


@pytest.mark.parametrize("setting", CASES)
def test_one_line_of_the_journey_file_changes_what_is_found(setting: str) -> None:
    detector, _, key = setting.partition(".")
    case = CASES[setting]

    assert told(detector, case.lines, {}) == case.default
    assert told(detector, case.lines, {key: case.value}) == case.changed


def told(detector: str, lines: list[str], settings: dict[str, Any]) -> list[str]:
    rows = found(detector, *lines, journey=shop(friction={detector: settings}))
    return [f"{row.element} {row.cause}".strip() for row in rows]
