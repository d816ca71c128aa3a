"""One visit, act by act: how somebody with a job walks through the shop, and what the planted friction does to them."""

from random import Random
from typing import Any

from services.demo import shop, truth
from services.demo.wire import Act

# Nobody without a planted reason leaves a page within this: shorter would be a quick_back (7 s) of its own.
_LOOK = (9.0, 45.0)
_NOISE = 0.015  # how often somebody does, for no reason of the shop's, what the detectors look for


class Walk:
    """Walks one visitor through one visit; `acts` holds what they did, `visit` what was truly going on."""

    def __init__(self, visit: truth.Visit, job: truth.Job, rng: Random, device: shop.Device) -> None:
        self.visit = visit
        self.acts: list[Act] = []
        self._job = job
        self._rng = rng
        self._device = device
        self._at = float(visit.started_at)
        self._path = shop.HOME
        self._basket: list[shop.Product] = []

    def run(self) -> None:
        """Walk as far as this visitor gets."""
        if self._browse() and self._fill_basket() and self._check_out():
            self._buy()
        self.visit.ended_at = self.acts[-1].at
        self.visit.events = len(self.acts)

    def _browse(self) -> bool:
        self.visit.stage = "browse"
        category = self._category()
        self._arrive(category)
        if not self._job.name and self._chance(0.7):
            return False  # a single page and gone
        looked_at = [self._look_at(category) for _ in range(self._rng.randint(1, 2))]
        self._basket.append(looked_at[-1])
        goes_on = self._chance(self._eager(self._job.basket))
        if category in shop.SIZED and self._chance(0.6):
            goes_on = self._read_size_guide(goes_on)
        if self._job is truth.COMPARE:
            self._compare(looked_at)
        return goes_on

    def _fill_basket(self) -> bool:
        self.visit.stage = "basket"
        product = self._basket[-1]
        self._page(product.path, product.name)
        self._click("#add-to-basket")
        self._add("Product Added", _facts(product) | {"quantity": 1, "value": product.price})
        self._wait(*_LOOK)
        if self._chance(_NOISE):
            self._waver(product)
        self._page(shop.CART)
        self._add("Cart Viewed", self._worth())
        self._wait(10, 40)
        if self._chance(0.03):
            self._wait(240, 900)  # somebody at the door: long, and harmless
        return self._chance(self._eager(self._job.checkout))

    def _check_out(self) -> bool:
        self.visit.stage = "checkout"
        self._click("#to-checkout")
        self._add("Checkout Started", self._worth())
        goes_on = self._chance(self._eager(self._job.bought))
        self._step(1, shop.ADDRESS)
        self._step(2, shop.DELIVERY)
        if self._meets(truth.LOOP):
            if not self._run_in_circles(goes_on):
                return False
        elif not goes_on and self._chance(0.3):
            return False
        self._step(3, shop.PAYMENT)
        if self._meets(truth.RAGE):
            return self._fight_the_coupon(goes_on)
        if self._meets(truth.STALL):
            return self._search_for_the_card(goes_on)
        if self._chance(0.3):
            self._click("#coupon-apply")
            self._wait(4, 15)
        return goes_on

    def _buy(self) -> None:
        self.visit.stage = "bought"
        self.visit.value = self._total
        self._add("Payment Info Entered", {"step": 3, "payment_method": "card"})
        self._wait(4, 20)
        self._click("#pay")
        self._wait(1, 3)
        self._page(shop.THANKS)
        order = f"{self.visit.visitor}-{self.visit.number}"
        self._add("Order Completed", self._worth() | {"order_id": order, "total": self._total})

    # What the planted friction does.

    def _read_size_guide(self, goes_on: bool) -> bool:
        product = self._basket[-1]
        self._page(product.path, product.name)
        self._wait(*_LOOK)
        self._page(shop.SIZE_GUIDE)
        meets = self._meets(truth.QUICK_BACK)
        self._wait(*((1.5, 5.0) if meets else (12, 60)))
        self._page(product.path, product.name)
        self._wait(*_LOOK)
        return self._still(goes_on, truth.QUICK_BACK) if meets else goes_on

    def _run_in_circles(self, goes_on: bool) -> bool:
        for _ in range(self._rng.randint(2, 3)):
            self._page(shop.ADDRESS)
            self._wait(8, 18)
            self._page(shop.DELIVERY)
            self._wait(8, 18)
        return self._still(goes_on, truth.LOOP)

    def _fight_the_coupon(self, goes_on: bool) -> bool:
        x, y = self._somewhere()
        for _ in range(self._rng.randint(5, 8)):
            self._click("#coupon-apply", (x + self._rng.randint(-4, 4), y + self._rng.randint(-4, 4)))
            self._wait(0.15, 0.6)
        self._wait(5, 20)
        return self._still(goes_on, truth.RAGE)

    def _search_for_the_card(self, goes_on: bool) -> bool:
        for field in ("#card-number", "#card-issuer", "#card-support-phone", "#card-number"):
            self._wait(55, 110)
            self._click(field)
        self._wait(5, 20)
        return self._still(goes_on, truth.STALL)

    # The acts of a visit.

    def _arrive(self, category: str) -> None:
        if self._job is truth.WANDER:
            self._page(shop.HOME)
            self._wait(*_LOOK)
        elif self._chance(0.7):
            words = {"replace": f"replacement {category}", "gift": "gift idea", "compare": f"best {category}"}
            self._page(shop.SEARCH)
            self._add("Products Searched", {"query": words[self._job.name]})
            self._wait(*_LOOK)
        self._page(shop.listing(category), category.capitalize())
        self._add("Product List Viewed", {"list_id": category, "category": category})
        self._wait(*_LOOK)

    def _look_at(self, category: str) -> shop.Product:
        product = self._rng.choice(shop.PRODUCTS[category])
        self._page(product.path, product.name)
        self._add("Product Viewed", _facts(product))
        if self._chance(_NOISE):
            self._zoom_in_temper()
        if self._chance(_NOISE):
            self._wait(2, 5)
            self._page(shop.listing(category), category.capitalize())
        self._wait(*_LOOK)
        return product

    def _compare(self, products: list[shop.Product]) -> None:
        self._page(shop.COMPARE)
        self._add("Products Compared", {"products": [product.sku for product in products]})
        self._wait(20, 90)

    def _zoom_in_temper(self) -> None:
        there = self._somewhere()
        for _ in range(self._rng.randint(4, 6)):
            self._click("#zoom", there)
            self._wait(0.2, 0.6)

    def _waver(self, product: shop.Product) -> None:
        for _ in range(2):
            self._page(shop.CART)
            self._wait(8, 16)
            self._page(product.path, product.name)
            self._wait(8, 16)

    def _step(self, number: int, path: str) -> None:
        if number > 1:
            self._add("Checkout Step Completed", {"step": number - 1})
        self._page(path)
        self._add("Checkout Step Viewed", {"step": number})
        self._wait(12, 40)

    def _page(self, path: str, title: str = "") -> None:
        self._path = path
        self._add("page", {"path": path, "title": title or shop.TITLES[path]})

    def _click(self, target: str, at: tuple[int, int] | None = None) -> None:
        x, y = at or self._somewhere()
        self._add("click", {"target": target, "x": x, "y": y})

    def _add(self, name: str, props: dict[str, Any]) -> None:
        self._at += 40  # no two acts at one moment: the page first, then what it reports
        self.acts.append(Act(int(self._at), name, self._path, props))

    # Chance.

    def _category(self) -> str:
        choices = {"replace": ("parts", "kitchen"), "gift": ("gifts",), "compare": ("audio", "kitchen", "jackets")}
        return self._rng.choice(choices.get(self._job.name, ("shoes", "jackets", "audio", "kitchen")))

    def _eager(self, chance: float) -> float:
        """Who comes back knows what they want."""
        return min(0.97, chance + (0.06 if self.visit.number else 0.0))

    def _meets(self, planted: truth.Planted) -> bool:
        if not self._chance(planted.share):
            return False
        self.visit.met.append(planted)
        return True

    def _still(self, goes_on: bool, planted: truth.Planted) -> bool:
        return goes_on and not self._chance(planted.gives_up)

    def _chance(self, probability: float) -> bool:
        return self._rng.random() < probability

    def _somewhere(self) -> tuple[int, int]:
        return int(self._rng.random() * self._device.width), int(self._rng.random() * self._device.height)

    def _wait(self, low: float, high: float) -> None:
        self._at += 1000.0 * (low + (high - low) * self._rng.random())

    def _worth(self) -> dict[str, Any]:
        return {"value": self._total, "currency": shop.CURRENCY}

    @property
    def _total(self) -> float:
        return round(sum(product.price for product in self._basket), 2)


def _facts(product: shop.Product) -> dict[str, Any]:
    return {
        "product_id": product.sku,
        "name": product.name,
        "category": product.category,
        "price": product.price,
        "currency": shop.CURRENCY,
    }
