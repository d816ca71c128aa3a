"""Looking around: searching, looking at things, and putting one into the basket."""

from services.demo.people import hands, troubles
from services.demo.people.catalogue import CURRENCY, LISTINGS, PRODUCTS, Product
from services.demo.people.habits import HABITS, SAYS, WORDS, Habits
from services.demo.people.lived import UNKNOWN
from services.demo.people.person import Gone, Person


def browse(person: Person) -> None:
    """Look around as somebody with this job does. Raises Gone, else something is in the basket."""
    habits = HABITS[person.lived.job]
    _arrive(person, habits)
    if person.chance(habits.searches):
        _search(person, habits)
    if person.chance(habits.visits_orders):
        _look_up_an_order(person)
    product = _look_at_things(person, habits)
    if person.chance(habits.compares):
        troubles.opens(person, "/compare")
        person.does("Products Compared")
        person.reads(40)
    if not person.chance(habits.buys + 0.08 * person.returning):
        raise Gone
    _put_into_the_basket(person, habits, product)
    if not person.chance(habits.pays + 0.08 * person.returning):
        person.suffers_in("cart_abandonment", *person.place)
        raise Gone


def _arrive(person: Person, habits: Habits) -> None:
    troubles.opens(person, "/")
    person.takes(4)
    if person.chance(SAYS):
        answer = person.rng.choice(tuple(HABITS)) if person.chance(0.03) else person.lived.job
        person.does("job_stated", job=answer or "unassigned")
    if person.lived.job == UNKNOWN and person.chance(0.45):
        person.takes(6)
        raise Gone  # a single page
    if person.chance(0.01):
        troubles.follow_an_old_link(person)


def _search(person: Person, habits: Habits) -> None:
    words = habits.words if person.chance(habits.says_so) else person.rng.choice(WORDS)
    troubles.opens(person, "/search")
    found = 0 if person.chance(0.06) else person.rng.randint(2, 60)
    _ask(person, words, found)
    narrowings = person.rng.choices((0, 1, 2, 3, 4, 5), (64, 24, 8, 2, 1.4, 0.6))[0]
    if narrowings > 2:
        person.suffers("zero_results")  # all these answers, and none worth opening
    for number in range(narrowings):
        person.takes(11)
        _ask(person, f"{words} {['small', 'cheap', 'blue', 'round', 'new'][number]}", person.rng.randint(1, 40))
    person.reads(8)


def _ask(person: Person, words: str, found: int) -> None:
    person.does("Products Searched", query=words, results=found)
    person.enters("browse")
    if not found:
        person.suffers("zero_results")


def _look_up_an_order(person: Person) -> None:
    troubles.click_through(person, "#orders")
    troubles.opens(person, "/account/orders/77")
    person.does("Order Looked Up")
    person.reads(15)
    if person.chance(0.6 if person.lived.job == "put_it_right" else 0.1):
        troubles.opens(person, "/returns")
        person.reads(30)
        if person.chance(0.7):
            person.does("Return Requested")


def _look_at_things(person: Person, habits: Habits) -> Product:
    listing = habits.category if person.chance(habits.goes_there) else person.rng.choice(LISTINGS)
    _see_list(person, listing)
    *others, last = person.rng.sample(PRODUCTS[listing], person.rng.choice((1, 1, 2, 2, 3, 4)))
    for product in others:
        _come_from_the_list(person, product)
        if person.chance(0.10):  # not what its picture promised
            person.suffers("quick_back")
            person.takes(3.2, 0.3)
        else:
            _study(person)
        troubles.opens(person, listing)
        person.takes(6)
    _come_from_the_list(person, last)
    _study(person)
    if person.chance(0.35):
        _read_the_guide(person, last)
    return last


def _see_list(person: Person, listing: str) -> None:
    troubles.opens(person, listing)
    person.does("Product List Viewed", list_id=listing)
    person.enters("browse")
    person.reads(10)


def _come_from_the_list(person: Person, product: Product) -> None:
    troubles.click_through(person, f"#card-{product.sku}")
    _see(person, product)


def _see(person: Person, product: Product) -> None:
    troubles.opens(person, product.path)
    person.does("Product Viewed", **product.facts)
    person.enters("browse")


def _read_the_guide(person: Person, product: Product) -> None:
    guide = person.faults.guide
    troubles.opens(person, "/guide")
    if not person.meets(guide):
        person.reads(12)
        _see(person, product)
        person.reads(5)
        return
    person.suffers("quick_back")
    person.takes(3.2, 0.3)
    _see(person, product)
    person.reads(5)
    person.bears_or_leaves(guide)


def _study(person: Person) -> None:
    person.reads(14)
    if person.chance(0.25):
        hands.click_many_times(person, "#gallery-next", "Next", role="button")
    if person.chance(0.05):
        hands.select_text(person)
    if person.chance(0.03):
        hands.click_in_vain(person, "#size-chart")
    if person.chance(0.03):
        hands.open_elsewhere(person, "#maker")
    if person.chance(0.05):
        hands.look_away(person, 60)
    person.takes(4)


def _put_into_the_basket(person: Person, habits: Habits, product: Product) -> None:
    if person.path != product.path:
        _see(person, product)
        person.reads(14)
    troubles.click_through(person, "#add-to-basket")
    person.does("Product Added", quantity=1, **product.facts)
    person.basket = product.price
    person.enters("basket")
    person.takes(3)
    troubles.opens(person, "/cart")
    _see_basket(person)
    if person.chance(habits.wraps):
        person.does("Gift Wrap Selected")
    if person.chance(0.12):
        hands.click_many_times(person, "#quantity-up", "+", role="spinbutton")
    person.reads(6)
    if person.chance(0.02):
        _hold_against_each_other(person, product)


def _see_basket(person: Person) -> None:
    person.does("Cart Viewed", value=person.basket, currency=CURRENCY)


def _hold_against_each_other(person: Person, product: Product) -> None:
    """Go between basket and product, in peace, to be sure."""
    for _ in range(2):
        person.opens(product.path)
        person.does("Product Viewed", **product.facts)
        person.takes(12, 0.3)
        person.opens("/cart")
        _see_basket(person)
        person.takes(10, 0.3)
