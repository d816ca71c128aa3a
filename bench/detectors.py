"""What each detector costs: its share of the pure core's time on a mixed stream of a shop's events.

`uv run python -m bench.detectors [rounds]`. First the core with all detectors and without any, in turns, the least CPU
time of each counting, since whatever disturbs only adds to it; then each detector's methods under a stopwatch. What
detectors cost beyond their own code (keeping properties for them, rows of findings) is the last line.
"""

import gc
import math
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from services.core.detectors import DETECTORS
from services.core.event import Event
from services.core.journey import Journey
from services.core.pipeline import Pipeline
from services.edges.journey_file import shipped
from tests.core.build import START, Record, encode, event, start

EVENTS = 30_000
FETCH = 5_000
METHODS = ("see", "visit", "enter", "turn_back", "outstay", "close")
LIMIT = 0.08
"""No detector may cost more of the whole."""

LOOK = [
    "0 page /",
    "9 search /search search_term=boots",
    "10 view_search_results /search search_term=boots",
    "20 page /boots",
    "21 view_item_list /boots",
    "30 click /boots #boot-7 x=10 y=20",
    "31 page /p/7",
    "32 view_item /p/7 value=80 currency=EUR",
    "50 page /boots",
    "60 page /p/9",
    "61 view_item /p/9 value=70 currency=EUR",
]
BASKET = ["80 click /p/9 #add x=11 y=22", "81 add_to_cart /p/9 value=70 currency=EUR", "95 page /cart", "96 view_cart"]
FORM = [
    f"{120 + n} form_field /checkout form=address field={field} action={action}"
    for n, (field, action) in enumerate(
        (field, action) for field in ("name", "street", "zip", "city") for action in ("focus", "input", "leave")
    )
]
CHECKOUT = [
    "110 click /cart #pay x=5 y=6",
    "111 page /checkout",
    "112 begin_checkout /checkout value=70 currency=EUR",
    *FORM,
    "140 form_submit /checkout form=address",
    "141 page /checkout/delivery",
    "142 add_shipping_info /checkout/delivery value=70 currency=EUR shipping=5",
]
PAY = ["170 page /checkout/payment", "171 add_payment_info /checkout/payment value=70 currency=EUR payment_type=card"]
DONE = ["190 click /checkout/payment #buy x=7 y=8", "195 page /thanks", "196 purchase /thanks value=75 currency=EUR"]
TROUBLE = [
    "172 page /returns",
    "176 page /checkout/payment",
    "177 'Coupon Denied' /checkout/payment reason=expired",
    "180 tab_hidden /checkout/payment",
    "185 tab_shown /checkout/payment",
    "186 payment_failed /checkout/payment reason=declined",
    "188 page /login",
    "192 page /cart",
    "193 view_cart /cart",
]
SESSIONS = (
    (50, LOOK),
    (20, [*LOOK, *BASKET]),
    (10, [*LOOK, *BASKET, *CHECKOUT]),
    (8, [*LOOK, *BASKET, *CHECKOUT, *PAY, *DONE]),
    (12, [*LOOK, *BASKET, *CHECKOUT, *PAY, *TROUBLE]),
)
"""How many of a hundred sessions do what."""


def stream(events: int) -> list[Record]:
    """Sessions begun at random over two hours, in the order of time."""
    return encode(sorted(_sessions(events), key=lambda one: one.occurred_at)[:events])


def _sessions(events: int) -> Iterator[Event]:
    rng = random.Random(1)
    made = number = 0
    while made < events:
        (lines,) = rng.choices([lines for _, lines in SESSIONS], [weight for weight, _ in SESSIONS])
        number += 1
        made += len(lines)
        begun = rng.randrange(7_200_000)
        for line in lines:
            one = event(line, visitor=f"visitor-{number}")
            at = one.occurred_at + begun
            yield msgspec.structs.replace(one, occurred_at=at, received_at=at)


class Stopwatch:
    """Times one detector's methods where they stand; what timing itself takes is measured and taken off."""

    def __init__(self) -> None:
        self.nanoseconds = self.calls = 0

    def timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            began = time.thread_time_ns()
            said = method(*arguments)
            self.nanoseconds += time.thread_time_ns() - began
            self.calls += 1
            return said

        return call

    def net(self, overhead: float) -> float:
        """Seconds in the methods themselves."""
        return max(self.nanoseconds - self.calls * overhead, 0.0) / 1e9


def watch() -> dict[str, Stopwatch]:
    """Every detector under a watch of its own, for as long as the process lives."""
    watches = {name: Stopwatch() for name in DETECTORS}
    for name, detector in DETECTORS.items():
        for method in METHODS:
            if method in vars(detector):
                setattr(detector, method, watches[name].timed(vars(detector)[method]))
    return watches


def overhead() -> float:
    """Nanoseconds a watch shows for a method that does nothing."""
    watch = Stopwatch()
    nothing = watch.timed(lambda *_: None)
    for _ in range(200_000):
        nothing(None, None, None)
    return watch.nanoseconds / watch.calls


def cpu_seconds(journey: Journey, records: list[Record]) -> float:
    """Of the core for these records, from bytes to rows."""
    pipeline = Pipeline(journey)
    pipeline.assign(0, start(), ())
    gc.collect()
    began = time.process_time()
    for at in range(0, len(records), FETCH):
        pipeline.feed(0, records[at : at + FETCH], now=START)
        pipeline.take()
    pipeline.tick(0, START + 1_000_000_000)
    pipeline.take()
    return time.process_time() - began


def stopped(journey: Journey, records: list[Record], rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Microseconds and calls an event of each detector, the least of all rounds."""
    watches = watch()
    costs = dict.fromkeys(watches, math.inf)
    for _ in range(rounds):
        for one in watches.values():
            one.nanoseconds = one.calls = 0
        cpu_seconds(journey, records)
        off = overhead()
        for name, one in watches.items():
            costs[name] = min(costs[name], 1e6 * one.net(off) / EVENTS)
    return costs, {name: one.calls / EVENTS for name, one in watches.items()}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    records = stream(EVENTS)
    journey = shipped("shop")
    bare = journey.model_copy(update={"friction": {}})
    gc.freeze()
    pairs = [(cpu_seconds(bare, records), cpu_seconds(journey, records)) for _ in range(rounds)]
    none, whole = (1e6 * min(times) / EVENTS for times in zip(*pairs, strict=True))
    costs, calls = stopped(journey, records, rounds)
    rest = whole - none - sum(costs.values())
    print(f"{EVENTS} events, {rounds} rounds: {whole:.2f} us an event, {none:.2f} us without detectors")
    for name, cost in sorted(costs.items(), key=lambda item: -item[1]):
        over = "  above the limit" if cost / whole > LIMIT else ""
        print(f"{name:24}{cost:8.3f} us an event{cost / whole:7.1%}{calls[name]:8.3f} calls an event{over}")
    print(f"{'calling, reading, rows':24}{rest:8.3f} us an event{rest / whole:7.1%}")


if __name__ == "__main__":
    main()
