"""What a visitor was told an order costs, and whether that grew."""

import msgspec

from services.core.act import Act

COSTS = (
    *("Checkout Started", "Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered"),
    *("Shipping Method Selected", "begin_checkout", "add_shipping_info", "add_payment_info"),
)
"""Events that tell the costs of an order, in Segment's and GA4's words."""

TOTALS = ("total", "revenue", "value")
FEES = ("shipping", "tax", "fee", "fees", "service_fee", "delivery_fee", "shipping_fee", "handling", "surcharge")

COST_PROPS = frozenset({*TOTALS, *FEES, "currency"})
"""Properties that say so, in the same words."""


class Quote(msgspec.Struct, gc=False):
    """The costs as told before they grew. Each total is held against its kind: GA4's `value` never has fees in it."""

    currency: str = ""
    totals: dict[str, float] = {}
    fees: set[str] = set()

    def growth(self, act: Act, share: float) -> str:
        """In words by what the costs grew, "" where they did not: a total by at least this share, or a new fee."""
        props = act.props or {}
        self._convert(act.text("currency"))
        is_first = not self.totals and not self.fees
        words = ""
        for name in TOTALS:
            if name in props and (amount := act.number(name)) > 0:
                first = self.totals.setdefault(name, amount)
                if amount >= first * (1 + share):
                    words = f"{name} grew from {first:g} to {amount:g}"
                    self.totals[name] = amount  # told now: what stays as it is does not grow again
        for name in FEES:
            if name in props and name not in self.fees and (amount := act.number(name)) > 0:
                self.fees.add(name)
                words = words if is_first or words else f"{name} of {amount:g} appeared"
        return words

    def _convert(self, currency: str) -> None:
        """Amounts in another currency say nothing about these."""
        if currency and self.currency and currency != self.currency:
            self.totals.clear()
            self.fees.clear()
        self.currency = currency or self.currency
