"""A payment that does not go through."""

import msgspec
from pydantic import Field

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import GRAVE, NOTICEABLE, Finding
from services.core.fold import Fold, Run
from services.core.matcher import Names
from services.core.plan import Place

MOST_EVIDENCE = 100


class _Failures(msgspec.Struct, gc=False):
    finding: Finding
    place: Place | None
    count: int = 0


class PaymentFailure(Detector):
    """The person wants to pay and the shop does not take their money.

    Found for every payment that is declined or fails; those up to the next that goes through are one finding, which
    says how many they were, the last reason given, and whether the purchase was finished in the session after all. One
    failure is enough: there is no number to weigh.
    Misfires: where a client reports a step of the bank's own check (3-D Secure) as a failure.
    """

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
        failed: _Failures | None = fold.memory.get(self.name)
        if failed is None:
            run = fold.run
            begun = self.begin(act, fold, GRAVE, element=_first_text(act, self.methods))
            failed = fold.memory[self.name] = _Failures(begun, run.place if run else None)
        failed.count += 1
        evidence = failed.finding.evidence
        failed.finding = msgspec.structs.replace(
            failed.finding,
            cost_seconds=(act.occurred_at - failed.finding.occurred_at) / 1000,
            cost_steps=failed.count,
            cause=_in_words(_first_text(act, self.reasons), failed.count),
            evidence=evidence if len(evidence) >= MOST_EVIDENCE else tuple(dict.fromkeys((*evidence, act.id))),
        )
        return failed.finding

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """Say that it was recovered, where the visitor came to a further stage."""
        failed: _Failures | None = fold.memory.get(self.name)
        if failed is None or (failed.place and fold.runs[-1].place.stage_number <= failed.place.stage_number):
            return None
        del fold.memory[self.name]
        finding = failed.finding
        return msgspec.structs.replace(
            finding,
            severity=NOTICEABLE,
            cost_seconds=(act.occurred_at - finding.occurred_at) / 1000,
            cause=f"{finding.cause}, recovered",
            evidence=(*finding.evidence, act.id),
        )


def _first_text(act: Act, props: Names) -> str:
    return next((text for prop in props if (text := act.text(prop))), "")


def _in_words(reason: str, count: int) -> str:
    times = "once" if count == 1 else f"{count} times"
    return f"failed {times} ({reason})" if reason else f"failed {times}"
