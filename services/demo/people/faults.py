"""What a shop does to its people: how many meet each fault, and how many of those leave for it."""

from typing import NamedTuple


class Fault(NamedTuple):
    """One thing in people's way: the share that meets it where it is, and the share of those that leaves for it."""

    name: str
    meet: float
    leave: float


class Faults(NamedTuple):
    """All that may be wrong with a shop. Those of an everyday one: a little of everything."""

    guide: Fault = Fault("guide", 0.10, 0.30)
    """How to choose: it opens with nothing useful in it."""
    wall: Fault = Fault("wall", 0.07, 0.52)
    """A log-in where nobody expected one."""
    address: Fault = Fault("address", 0.05, 1.0)
    """A question of the address form that people would rather not answer."""
    circles: Fault = Fault("circles", 0.04, 0.40)
    """The delivery page does not take the address and sends back to it."""
    fees: Fault = Fault("fees", 0.15, 0.40)
    """Shipping shows itself only in the checkout."""
    coupon_button: Fault = Fault("coupon_button", 0.05, 0.0)
    """A button that does not answer."""
    coupon_banner: Fault = Fault("coupon_banner", 0.02, 0.30)
    """A picture that promises a discount, looks like a button, and is none."""
    refused_code: Fault = Fault("refused_code", 0.35, 0.15)
    """A code that is not taken, of those who have one."""
    card_lookup: Fault = Fault("card_lookup", 0.05, 0.35)
    """The card form asks for what people must go and look for."""
    card: Fault = Fault("card", 0.03, 1.0)
    """A question of the card form that people would rather not answer."""
    declined: Fault = Fault("declined", 0.06, 0.30)
    """A payment that fails, each try anew."""


EVERYDAY = Faults()
