"""What is planted in the demo's shop, and where the analytics, which sees only events, must find it."""

from typing import NamedTuple

from services.demo.people.faults import Fault, Faults


class Planted(NamedTuple):
    """One fault of the shop that costs it customers, the one detector that it shows itself to, and where."""

    fault: Fault
    detector: str
    stage: str
    step: str
    page: str
    story: str


RAGE = Planted(
    Fault("coupon_banner", 0.20, 0.55),
    "rage_click",
    "checkout",
    "payment",
    "/checkout/payment",
    "the coupon on the payment page looks like a button and is only a picture",
)
LOOP = Planted(
    Fault("circles", 0.20, 0.55),
    "loop",
    "checkout",
    "delivery",
    "/checkout/address ↔ /checkout/delivery",
    "delivery refuses the address and sends people back to it",
)
STALL = Planted(
    Fault("card_lookup", 0.20, 0.55),
    "stage_stall",
    "checkout",
    "payment",
    "",
    "the card form asks for what people must go and look for",
)
QUICK_BACK = Planted(
    Fault("guide", 0.45, 0.75),
    "quick_back",
    "browse",
    "",
    "/guide",
    "the guide to choosing opens with nothing useful in it",
)
PLANTED = (RAGE, LOOP, STALL, QUICK_BACK)

NOWHERE = 0.0
FAULTS = Faults(
    guide=QUICK_BACK.fault,
    wall=Fault("wall", NOWHERE, 0.0),
    address=Fault("address", NOWHERE, 0.0),
    circles=LOOP.fault,
    fees=Fault("fees", NOWHERE, 0.0),
    coupon_button=Fault("coupon_button", NOWHERE, 0.0),
    coupon_banner=RAGE.fault,
    refused_code=Fault("refused_code", 0.35, 0.0),
    card_lookup=STALL.fault,
    card=Fault("card", NOWHERE, 0.0),
    declined=Fault("declined", 0.06, 0.0),
)
"""No other fault costs this shop anybody. What goes wrong by itself (slow pages, errors of scripts, slips in forms,
payments that work at the second try) people put up with, as they do everywhere.
"""
