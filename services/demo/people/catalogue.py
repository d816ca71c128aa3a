"""What the shop sells: its listings, and the products in them with their prices."""

from typing import Any, NamedTuple


class Product(NamedTuple):
    """One thing on sale."""

    sku: str
    name: str
    price: float

    @property
    def path(self) -> str:
        return f"/product/{self.sku}"

    @property
    def facts(self) -> dict[str, Any]:
        """What events tell of it."""
        return {"product_id": self.sku, "name": self.name, "price": self.price, "currency": CURRENCY}


CURRENCY = "EUR"

# Listing → names with a first price; each name is sold in five variants.
_RANGE = {
    "/c/parts": {"Kettle filter": 12.0, "Laces": 6.0, "Ear pads": 19.0},
    "/gifts/for-her": {"Tea box": 24.0, "Candle set": 29.0, "Picture frame": 35.0},
    "/c/kitchen": {"Kettle": 45.0, "Espresso machine": 349.0, "Toaster": 39.0},
    "/c/shoes": {"Trail runner": 89.0, "Leather boot": 139.0, "Canvas sneaker": 59.0},
    "/c/audio": {"Headphones": 129.0, "Speaker": 159.0, "Turntable": 279.0},
    "/c/jackets": {"Rain jacket": 119.0, "Down jacket": 199.0, "Wind breaker": 79.0},
}
_VARIANTS = ("black", "sand", "blue", "green", "red")

PRODUCTS: dict[str, tuple[Product, ...]] = {
    listing: tuple(
        Product(f"{name.lower().replace(' ', '-')}-{variant}", f"{name}, {variant}", price + step)
        for name, price in names.items()
        for step, variant in enumerate(_VARIANTS)
    )
    for listing, names in _RANGE.items()
}
LISTINGS = tuple(PRODUCTS)
