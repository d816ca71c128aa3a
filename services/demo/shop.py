"""The simulated shop itself: what it sells, on which pages, and to which devices."""

from typing import NamedTuple


class Product(NamedTuple):
    """One thing on sale."""

    sku: str
    name: str
    category: str
    price: float

    @property
    def path(self) -> str:
        return f"/product/{self.sku}"


class Device(NamedTuple):
    """What a visitor holds: its kind and the size of its window in pixels."""

    kind: str
    width: int
    height: int


CURRENCY = "EUR"

# category → names with a first price; each name is sold in five variants.
_RANGE = {
    "shoes": {"Trail runner": 89.0, "Leather boot": 139.0, "Canvas sneaker": 59.0},
    "jackets": {"Rain jacket": 119.0, "Down jacket": 199.0, "Wind breaker": 79.0},
    "kitchen": {"Kettle": 45.0, "Espresso machine": 349.0, "Toaster": 39.0},
    "audio": {"Headphones": 129.0, "Speaker": 159.0, "Turntable": 279.0},
    "gifts": {"Tea box": 24.0, "Candle set": 29.0, "Picture frame": 35.0},
    "parts": {"Kettle filter": 12.0, "Laces": 6.0, "Ear pads": 19.0},
}
_VARIANTS = ("black", "sand", "blue", "green", "red")

PRODUCTS: dict[str, tuple[Product, ...]] = {
    category: tuple(
        Product(f"{name.lower().replace(' ', '-')}-{variant}", f"{name}, {variant}", category, price + step)
        for name, price in names.items()
        for step, variant in enumerate(_VARIANTS)
    )
    for category, names in _RANGE.items()
}

SIZED = frozenset({"shoes", "jackets"})
"""Categories whose product pages link to the size guide."""

DEVICES = (Device("mobile", 390, 844), Device("desktop", 1440, 900), Device("tablet", 820, 1180))
DEVICE_WEIGHTS = (58, 36, 6)

HOME = "/"
SEARCH = "/search"
COMPARE = "/compare"
SIZE_GUIDE = "/size-guide"
CART = "/cart"
ADDRESS = "/checkout/address"
DELIVERY = "/checkout/delivery"
PAYMENT = "/checkout/payment"
THANKS = "/checkout/thanks"
TITLES = {
    HOME: "Home",
    SEARCH: "Search",
    COMPARE: "Compare",
    SIZE_GUIDE: "Size guide",
    CART: "Your basket",
    ADDRESS: "Address",
    DELIVERY: "Delivery",
    PAYMENT: "Payment",
    THANKS: "Thank you",
}


def listing(category: str) -> str:
    """The path of a category's listing; gifts live under a section of their own."""
    return f"/gifts/{category}" if category == "gifts" else f"/c/{category}"
