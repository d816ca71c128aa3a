"""The checkout: address, delivery and payment, and everything that can stop somebody there."""

from services.demo.people import hands, troubles
from services.demo.people.forms import fill_in
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
        if person.place[0] == "checkout":
            if person.device == "app":
                person.suffers("dropped_call")
            person.suffers("checkout_abandonment")
        raise


def _try(person: Person) -> None:
    troubles.click_through(person, "#to-checkout")
    person.moves = 0
    total = 49.0
    person.does("Checkout Started", value=total, total=total, currency="EUR")
    person.enters("checkout")
    if person.chance(0.07):
        _meet_a_wall(person)
    _come_to(person, "address")
    fill_in(person, "address", ADDRESS, gives_up=0.05)
    _may_leave(person, 0.02)
    _come_to(person, "delivery")
    person.reads(5)
    if person.chance(0.04):
        _run_in_circles(person)
    if person.chance(0.15):
        total = _be_told_of_fees(person, total)
    _doubt(person)
    _may_leave(person, 0.03)
    _come_to(person, "payment")
    _pay(person)
    _thank(person, total)


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
    """A log-in where nobody expected one."""
    troubles.opens(person, "/login")
    person.reads(6)
    reaction = person.rng.choices(("leave", "go back", "sign in", "go on as a guest"), (40, 12, 30, 18))[0]
    if reaction == "leave":
        person.suffers("account_wall")
        raise Gone
    if reaction == "go back":
        person.suffers("account_wall")
        _turn_back(person)
        raise Gone
    if reaction == "sign in":
        person.takes(12)
        person.does("Signed In")


def _turn_back(person: Person) -> None:
    """Go back to the basket, which is where the way out of a checkout leads."""
    person.suffers("backslide")
    person.suffers("checkout_abandonment")
    troubles.opens(person, "/cart")
    person.does("Cart Viewed", value=49.0, currency="EUR")
    person.enters("basket")
    person.reads(5)


def _run_in_circles(person: Person) -> None:
    """The delivery page does not take the address and sends back to it."""
    person.suffers("loop")
    for _ in range(person.rng.choice((2, 2, 3))):
        for step in ("address", "delivery"):
            person.opens(STEPS[step])
            person.enters("checkout", step)
            person.takes(11, 0.35)
    _may_leave(person, 0.4)


def _be_told_of_fees(person: Person, total: float) -> float:
    """Shipping shows itself only now: too much for some."""
    total += 6.9
    person.does("Shipping Method Selected", shipping=6.9, total=total, currency="EUR")
    person.takes(7)
    if person.chance(0.4):
        person.suffers("cost_surprise")
        if person.chance(0.3):
            _turn_back(person)
        raise Gone
    return total


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
    troubles.opens(person, "/cart")
    person.does("Cart Viewed", value=49.0, currency="EUR")
    person.enters("basket")
    person.reads(8)
    person.does("Checkout Started", value=49.0, total=49.0, currency="EUR")
    person.enters("checkout")
    _come_to(person, "delivery")
    person.takes(5)


def _get_lost(person: Person) -> None:
    """Look for something that is nowhere: page after page."""
    person.suffers("help_seeking")
    for path in person.rng.sample(("/help", "/faq", "/returns", "/shipping-policy", "/terms", "/contact"), 5):
        troubles.opens(person, path)
        person.reads(9)
        if person.chance(0.6):
            _come_to(person, "delivery")
            person.takes(5)
    _come_to(person, "delivery")


def _pay(person: Person) -> None:
    if person.chance(0.05):
        hands.click_in_vain(person, "#coupon-apply")
    if person.chance(0.1):
        _try_a_coupon(person)
    if person.chance(0.05):
        _search_for_something(person)
    elif person.chance(0.02):  # somebody at the door
        hands.look_away(person, 400)
    fill_in(person, "card", ("card", "expiry", "cvc"), gives_up=0.03)
    troubles.click_through(person, "#pay")
    while person.chance(0.06):
        person.suffers("payment_failure")
        person.does("Payment Failed", reason=person.rng.choice(("declined", "expired", "timeout")))
        person.takes(15)
        _may_leave(person, 0.3)
        troubles.click_through(person, "#pay")


def _try_a_coupon(person: Person) -> None:
    person.takes(8)
    hands.click(person, "#coupon-send")
    if person.chance(0.35):
        person.suffers("coupon_failure")
        person.does("Coupon Denied", reason="expired")
        person.takes(9)
        _may_leave(person, 0.15)
    else:
        person.does("Coupon Applied")
        person.takes(3)


def _search_for_something(person: Person) -> None:
    """The page asks for what must be looked for; now and then a click shows that they are still there."""
    began = person.at
    patience = 1000 * person.some(420, 0.4)
    person.suffers("stage_stall")
    while person.at - began < patience:
        person.takes(50)
        hands.click(person, "#card-help", role="textbox")
    _may_leave(person, 0.35)


def _thank(person: Person, total: float) -> None:
    person.takes(2)
    person.opens("/checkout/thanks")
    # Looking around, the basket, beginning to pay and having paid are moves too, which no page stands for.
    if person.moves + 4 > 2 * STRAIGHT:
        person.suffers_in("excess_steps", "bought", "")
    person.does("Order Completed", total=total, currency="EUR")
    person.enters("bought")
    person.takes(5)
