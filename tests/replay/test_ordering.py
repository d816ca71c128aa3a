"""Any order and size of a file → the order of time."""

from hypothesis import given
from hypothesis import strategies as st

from services.replay.message import Outgoing
from services.replay.ordering import Numbered, TimeOrder


@given(st.lists(st.integers(0, 50), max_size=60), st.integers(1, 20))
def test_events_leave_by_time_and_at_equal_times_in_the_file_s_order(times: list[int], run_events: int) -> None:
    events = [Numbered(at, line, f"visitor {line}", b"{}") for line, at in enumerate(times)]

    with TimeOrder(run_events) as order:
        for event in events:
            order.add(event)
        left = list(order.in_order())

    assert left == [Outgoing(event.at, event.visitor, event.body) for event in sorted(events)]
    assert order.count == len(events)
