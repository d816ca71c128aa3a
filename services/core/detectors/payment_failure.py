"""A payment that does not go through."""

from typing import ClassVar

from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import GRAVE, NOTICEABLE, Finding
from services.core.fold import Fold, Run
from services.core.matcher import Names
from services.core.series import Series


class PaymentFailure(Detector):
    """The person wants to pay and the shop does not take their money.

    Found for every payment that is declined or fails; those up to the next that goes through are one finding, which
    says how many they were, the last reason given, and whether the purchase was finished in the session after all. One
    failure is enough: there is no number to weigh.
    Misfires: where a client reports a step of the bank's own check (3-D Secure) as a failure.
    """

    waits: ClassVar[bool] = True

    failures: Names = Field(
        (
            *("Payment Failed", "Payment Declined", "Payment Rejected", "Payment Error"),
            *("payment_failed", "payment_declined", "payment_rejected", "payment_error"),
        ),
        description="Events of a payment that failed; neither Segment nor GA4 name one.",
    )
    reasons: Names = Field(
        ("reason", "failure_reason", "decline_code", "error_code", "code"),
        description="Properties with the reason, the first that is there.",
    )
    methods: Names = Field(("payment_method", "payment_type"), description="Properties with the means of payment.")

    @property
    def hears(self) -> frozenset[str]:
        return frozenset(self.failures)

    @property
    def reads(self) -> frozenset[str]:
        return frozenset(self.reasons + self.methods)

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Count the failure."""
        series: Series | None = fold.memory.get(self.name)
        if series is None:
            run = fold.run
            begun = self.begin(act, fold, GRAVE, element=_first_text(act, self.methods))
            series = fold.memory[self.name] = Series(begun, run.place if run else None, "failed")
        return series.add(act, _first_text(act, self.reasons))

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """Say that it was recovered, where the visitor came to a further stage."""
        series: Series | None = fold.memory.get(self.name)
        if series is None or (series.place and fold.runs[-1].place.stage_number <= series.place.stage_number):
            return None
        del fold.memory[self.name]
        return series.end("recovered", NOTICEABLE, act)


def _first_text(act: Act, props: Names) -> str:
    return next((text for prop in props if (text := act.text(prop))), "")
