"""What is stored of a visitor: the acts of the sessions that can still change. All else is made of them anew."""

import msgspec

from services.core.act import Act
from services.core.event import Millis

STATE_FORMAT = 1
"""Of the stored state; it grows when the fields of VisitorState, Session or Act change other than at the end."""


class Session(msgspec.Struct, gc=False, eq=False, array_like=True, kw_only=True):
    """Acts without a long pause. `opened_by` is the event that made it: its id follows from that and never changes."""

    id: str
    opened_by: str
    opened_on: str
    historical: bool
    touched_at: Millis  # the clock when its last act arrived
    late: bool = False
    closed: bool = False
    acts: list[Act] = []
    written: list[str] = []  # ids of the findings that stand in the store
    quiet: bool = False  # open, and judged for now as if it were over: nobody acts any more where patience is short


class VisitorState(msgspec.Struct, gc=False, array_like=True):
    """What is stored of a visitor: the acts. All else is folded from them again.

    `user` is "" but in states written before each act told who the visitor was said to be.
    """

    user: str
    sessions: list[Session]
