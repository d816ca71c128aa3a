"""What is stored of a visitor."""

import msgspec
import pytest

from services.core.stored import VisitorState
from tests.core.build import encode, event, pipeline


@pytest.mark.parametrize(
    ("told", "kept"),
    [("1" + "0" * 30, 1e30), ("-" + "9" * 20, -1e20), ("1" + "0" * 400, 0.0), (str(2**63 - 1), 2**63 - 1)],
)
def test_an_integer_that_is_too_long_to_be_stored_stops_no_checkpoint(told: str, kept: float) -> None:
    made = pipeline()
    props = msgspec.Raw(b'{"currency":["EUR",%s],"price":1}' % told.encode())

    refused = made.feed(0, encode([event("0 add", props=props)]), now=0)
    [state] = made.take().states

    [session] = msgspec.msgpack.decode(state.blob, type=VisitorState).sessions
    assert not refused
    assert session.acts[0].props == {"currency": ["EUR", kept], "price": 1}
