"""An event as it goes onto the topic, beside the little of it that is looked at on the way there."""

from collections.abc import Sequence

import msgspec

from services.core.event import Event
from services.edges.batch_builder import Record

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Event).decode


class Line(msgspec.Struct, frozen=True, gc=False):
    """Holds one event ready to be published."""

    visitor: str
    id: str
    name: str
    record: Record

    @property
    def event(self) -> Event:
        return _decode(self.record[1])


def line_of(event: Event) -> Line:
    return Line(event.visitor, event.id, event.name, (event.visitor.encode(), _encode(event)))


def records_of(lines: Sequence[Line]) -> list[Record]:
    return [line.record for line in lines]
