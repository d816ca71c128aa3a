"""The checkout: address, delivery and payment, and everything that can stop somebody there."""

from services.demo.people import hands, troubles
from services.demo.people.catalogue import CURRENCY
from services.demo.people.forms import fill_in
from services.demo.people.lived import Friction
from services.demo.people.person import Gone, Person

ADDRESS = ("name", "street", "zip", "city")
STEPS = {"address": "/checkout/address", "delivery": "/checkout/delivery", "payment": "/checkout/payment"}
STRAIGHT = 7
"""Moves of the straight way: looking around, the basket, the checkout, its three steps, and having bought."""


def check_out(person: Person) -> None:
    """Try to buy. Raises Gone where somebody left before they had."""
    try:
        _try(person)
    except Gone:
        _look_back_at_fees(person)
        if person.place[0] == "checkout":
            if person.device == "app":
                person.suffers("dropped_call")
            person.suffers("checkout_abandonment")
        raise


def _try(person: Person) -> None:
    faults = person.faults
    troubles.click_through(person, "#to-checkout")
    person.moves = 0
    _begin(person)
    if person.meets(faults.wall):
        _meet_a_wall(person)
    _come_to(person, "address")
    fill_in(person, "address", ADDRESS, faults.address)
    _may_leave(person, 0.02)
    _come_to(person, "delivery")
    person.reads(5)
    if person.meets(faults.circles):
        _run_in_circles(person)
    if person.meets(faults.fees):
        _be_told_of_fees(person)
    _doubt(person)
    _may_leave(person, 0.03)
    _come_to(person, "payment")
    _pay(person)
    _thank(person)


def _begin(person: Person) -> None:
    person.does("Checkout Started", value=person.basket, total=person.basket, currency=CURRENCY)
    person.enters("checkout")


def _come_to(person: Person, step: str) -> None:
    troubles.opens(person, STEPS[step])
    person.enters("checkout", step)
    person.takes(3)


def _may_leave(person: Person, probability: float) -> None:
    """For reasons that no shop will ever know."""
    if person.chance(probability):
        person.takes(8)
        raise Gone


def _meet_a_wall(person: Person) -> None:
    """A log-in where nobody expected one: some leave at once, some by way of the basket."""
    troubles.opens(person, "/login")
    person.reads(6)
    if not person.bears(person.faults.wall):
        person.suffers("account_wall")
        if person.chance(0.23):
            _turn_back(person)
        raise Gone
    if person.chance(0.62):
        person.takes(12)
        person.does("Signed In")


def _turn_back(person: Person) -> None:
    """Go back to the basket, which is where the way out of a checkout leads."""
    person.suffers("backslide")
    person.suffers("checkout_abandonment")
    _see_basket(person)
    person.reads(5)


def _see_basket(person: Person) -> None:
    troubles.opens(person, "/cart")
    person.does("Cart Viewed", value=person.basket, currency=CURRENCY)
    person.enters("basket")


def _run_in_circles(person: Person) -> None:
    """The delivery page does not take the address and sends back to it."""
    person.suffers("loop")
    for _ in range(person.rng.choice((2, 2, 3))):
        for step in ("address", "delivery"):
            person.opens(STEPS[step])
            person.enters("checkout", step)
            person.at += 7500.0  # nobody sees at a glance that it is the same page again
            person.takes(4)
    person.bears_or_leaves(person.faults.circles)


def _be_told_of_fees(person: Person) -> None:
    """Shipping shows itself only now: too much for some, and some leave or turn back then for another reason."""
    person.basket = round(person.basket + 6.9, 2)
    person.does("Shipping Method Selected", shipping=6.9, total=person.basket, currency=CURRENCY)
    person.takes(7)
    if not person.bears(person.faults.fees):
        if person.chance(0.3):
            _turn_back(person)
        raise Gone


def _look_back_at_fees(person: Person) -> None:
    """Somebody left unpaid. Of the costs that showed themselves that is the end of the story where they left, or went
    back to an earlier stage, before they went on to pay, whatever they left for (`left_for` knows that).
    """
    if person.faults.fees in person.lived.met:
        went_back = Friction("backslide", "checkout", "delivery") in person.lived.frictions
        if went_back or person.place != ("checkout", "payment"):
            person.suffers_in("cost_surprise", "checkout", "delivery")


def _doubt(person: Person) -> None:
    """Look something up, look into the basket again, or wander about."""
    if person.chance(0.05):
        person.suffers("help_seeking")
        troubles.opens(person, person.rng.choice(("/help", "/returns")))
        person.reads(15)
        _come_to(person, "delivery")
    if person.chance(0.03):
        _look_into_the_basket(person)
    if person.chance(0.02):
        _get_lost(person)
    if person.device == "app" and person.chance(0.1):
        hands.look_away(person, 90)


def _look_into_the_basket(person: Person) -> None:
    person.suffers("backslide")
    _see_basket(person)
    person.reads(8)
    person.moves += 1  # beginning to pay anew, which no page stands for
    _begin(person)
    _come_to(person, "delivery")
    person.takes(5)


def _get_lost(person: Person) -> None:
    """Look for something that is nowhere: page after page."""
    person.suffers("help_seeking")
    person.lived.held_up.add(person.place)
    for path in person.rng.sample(("/help", "/faq", "/returns", "/shipping-policy", "/terms", "/contact"), 5):
        troubles.opens(person, path)
        person.reads(9)
        if person.chance(0.6):
            _come_to(person, "delivery")
            person.takes(5)
    _come_to(person, "delivery")


def _pay(person: Person) -> None:
    faults = person.faults
    if person.meets(faults.coupon_button):
        hands.click_in_vain(person, "#coupon-apply")
        person.bears_or_leaves(faults.coupon_button)
    if person.meets(faults.coupon_banner):
        _hammer_on_the_banner(person)
    if person.chance(0.1):
        _try_a_coupon(person)
    if person.meets(faults.card_lookup):
        _search_for_something(person)
    elif person.chance(0.02):  # somebody at the door
        hands.look_away(person, 400)
    fill_in(person, "card", ("card", "expiry", "cvc"), faults.card)
    troubles.click_through(person, "#pay")
    while person.meets(faults.declined):
        person.suffers("payment_failure")
        person.does("Payment Failed", reason=person.rng.choice(("declined", "expired", "timeout")))
        person.takes(15)
        person.bears_or_leaves(faults.declined)
        troubles.click_through(person, "#pay")


def _hammer_on_the_banner(person: Person) -> None:
    """It looks like a button, and no page takes a click on a picture for one that should have been answered."""
    person.takes(5)
    hands.hammer(person, "#coupon-banner", hands.aim(person), role="img")
    person.takes(6)
    person.bears_or_leaves(person.faults.coupon_banner)


def _try_a_coupon(person: Person) -> None:
    person.takes(8)
    hands.click(person, "#coupon-send")
    if person.meets(person.faults.refused_code):
        person.suffers("coupon_failure")
        person.does("Coupon Denied", reason="expired")
        person.takes(9)
        person.bears_or_leaves(person.faults.refused_code)
    else:
        person.does("Coupon Applied")
        person.takes(3)


def _search_for_something(person: Person) -> None:
    """The page asks for what must be looked for; now and then a click shows that they are still there."""
    began = person.at
    patience = 1000 * person.some(420, 0.4)
    person.suffers("stage_stall")
    person.lived.held_up.add(person.place)
    while person.at - began < patience:
        person.takes(50)
        hands.click(person, "#card-help", role="textbox")
    person.bears_or_leaves(person.faults.card_lookup)


def _thank(person: Person) -> None:
    person.takes(2)
    person.opens("/checkout/thanks")
    # Looking around, the basket, beginning to pay and having paid are moves too, which no page stands for.
    if person.moves + 4 > 2 * STRAIGHT:
        person.suffers_in("excess_steps", "bought", "")
    order = f"{person.lived.visitor}-{person.lived.started_at}"
    person.does("Order Completed", order_id=order, total=person.basket, currency=CURRENCY)
    person.enters("bought")
    person.takes(5)
