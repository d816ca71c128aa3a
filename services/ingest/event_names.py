"""How many different names of events a project may have. Beyond them all are called `other`, and keep their own inside.

Each name is a row of every list and a choice in every question: a client that makes names up would bury those that mean
something. Known by each process for as long as it runs: the first ones to come.
"""

from collections.abc import Iterable, Sequence

import msgspec

from services.ingest.dialects.segment import TYPES
from services.ingest.line import Line, line_of

OTHER = "other"
ORIGINAL = "original_event"
"""The property that keeps the name."""


class EventNames:
    """Knows the names of each project's events."""

    def __init__(self) -> None:
        self._known: dict[str, set[str]] = {}

    def are_known(self, project: str, names: Iterable[str]) -> bool:
        return set(names) <= self._known.get(project, frozenset())

    def have_room(self, project: str, names: Iterable[str], most: int) -> bool:
        """Whether none of these events has to be renamed."""
        known = self._known.get(project, TYPES)
        return len(known.union(names)) <= most + len(TYPES)

    def learn(self, project: str, names: Iterable[str]) -> None:
        """To be called for those that have room."""
        self._known.setdefault(project, set(TYPES)).update(names)

    def cap(self, project: str, lines: Sequence[Line], most: int) -> list[Line]:
        """The events, those beyond the `most` first names of the project renamed. A type's own name is no choice."""
        known = self._known.setdefault(project, set(TYPES))
        capped = []
        for line in lines:
            is_known = line.name in known
            if not is_known and len(known) < most + len(TYPES):
                known.add(line.name)
                is_known = True
            capped.append(line if is_known else _renamed(line))
        return capped


def _renamed(line: Line) -> Line:
    event = line.event
    props = bytes(event.props)
    if b'"' + ORIGINAL.encode() + b'"' not in props:
        inside = props[1:].lstrip()
        said = b'{"%s":%s' % (ORIGINAL.encode(), msgspec.json.encode(event.name))
        props = said + (b"" if inside.startswith(b"}") else b",") + inside
    return line_of(msgspec.structs.replace(event, name=OTHER, props=msgspec.Raw(props)))
