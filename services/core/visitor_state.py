"""A visitor's state as stored: its acts. Sessions are made of it again only when something concerns the visitor."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from services.core.claim import Claimed
from services.core.errors import NewerState
from services.core.key_hash import key_hash
from services.core.rows import BelievedRow, PositionRow, StateRow, UnfinishedRow
from services.core.rulebook import Rulebook
from services.core.session import Visitor, revive
from services.core.stored import STATE_FORMAT, Session, VisitorState
from services.core.tenant import Tenant

LONGEST_INTEGER = 63
"""Bits, beside the sign, of integers in a stored state."""

_DECODER = msgspec.msgpack.Decoder(VisitorState)
_ENCODER = msgspec.msgpack.Encoder()


def state_row(visitor: Visitor, tenant: Tenant, position: PositionRow) -> StateRow:
    """A visitor who is awake, as they are written at this position."""
    sessions = [live.session for live in visitor.sessions]
    due, touched = tenant.dues(visitor)
    version = position.version
    return StateRow(  # in their order, as in rendering.py
        visitor.project,
        visitor.id,
        position.log_id,
        position.partition,
        position.next_offset,
        key_hash(visitor.id),
        STATE_FORMAT,
        _packed(sessions) if sessions else b"",
        version,
        version,
        due,
        touched,
        int(not sessions),
    )


def _packed(sessions: list[Session]) -> bytes:
    try:
        return _ENCODER.encode(VisitorState("", sessions))
    except OverflowError:
        # JSON has integers of any length, MessagePack none of more than 64 bits.
        for session in sessions:
            session.acts = [msgspec.structs.replace(act, props=_storable(act.props)) for act in session.acts]
        return _ENCODER.encode(VisitorState("", sessions))


def _storable(value: Any) -> Any:
    """As it is, with floats for integers of more than 63 bits, and 0 where none is as large."""
    if isinstance(value, dict):
        return {name: _storable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, int) and value.bit_length() > LONGEST_INTEGER:
        return float(value) if value.bit_length() < sys.float_info.max_exp else 0.0
    return value


def moved(state: StateRow, position: PositionRow) -> StateRow:
    """What takes a state back that another log or partition left, once it is written where its visitor is now."""
    version = position.version
    return msgspec.structs.replace(state, blob=b"", version=version, stands_for=version, is_deleted=1)


def believed(claimed: Claimed, states: Sequence[StateRow], unfinished: Iterable[UnfinishedRow]) -> list[StateRow]:
    """The states of all visitors of whom something was written past the last finished checkpoint, to be written again
    under the claim before anything else is: none of them was there for whom one that is not deleted is missing.

    Whoever takes on next then believes what we did. Else a state that the last owner's slow insert brings now would
    stand for records that we apply once more, and for rows that we take back.
    """
    ahead = {(row.project, row.visitor) for row in unfinished}
    ahead |= {(row.project, row.visitor) for row in states if row.version > claimed.finished}
    known = [row for row in states if (row.project, row.visitor) in ahead]
    unknown = ahead - {(row.project, row.visitor) for row in known}
    again = [msgspec.structs.replace(row, version=claimed.position.version) for row in known]
    return again + [_nothing_of(*visitor, claimed) for visitor in sorted(unknown)]


def beliefs(claimed: Claimed, states: Iterable[StateRow]) -> list[BelievedRow]:
    """How far the rows past the last finished checkpoint are true, visitor by visitor, to be written before `believed`.

    Once a state is written anew it says no longer what it stood for, and a row of its visitor may come late.
    """
    return [
        BelievedRow(project=row.project, visitor=row.visitor, stands_for=row.stands_for)
        for row in states
        if row.stands_for > claimed.finished
    ]


def _nothing_of(project: str, visitor: str, claimed: Claimed) -> StateRow:
    position = claimed.position
    return StateRow(
        project=project,
        visitor=visitor,
        log_id=position.log_id,
        partition=position.partition,
        next_offset=position.next_offset,
        key_hash=key_hash(visitor),
        format=STATE_FORMAT,
        blob=b"",
        version=position.version,
        stands_for=claimed.finished,
        is_deleted=1,
    )


def refuse_newer(state: StateRow) -> None:
    """Raise NewerState where only a later version of this program can read a state."""
    if state.format > STATE_FORMAT:
        raise NewerState(state.format, STATE_FORMAT)


def wake(visitor: Visitor, state: StateRow, book: Rulebook) -> None:
    """Make the sessions of a visitor of their state. Raises msgspec.DecodeError where it cannot be read."""
    if state.format != STATE_FORMAT:
        raise msgspec.DecodeError(f"a state of format {state.format}, and this version reads {STATE_FORMAT}")
    read = _DECODER.decode(state.blob)
    for session in read.sessions if read.user else ():
        session.acts[-1] = msgspec.structs.replace(session.acts[-1], user=read.user)
    visitor.sessions = [revive(session, book) for session in read.sessions]
    for live in visitor.sessions:
        live.dirty = False
