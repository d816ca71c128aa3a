"""A message to one receiver and what becomes of it: attempts, doubts, the dead letters. And what is owed to whom."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from services.core.event import Millis
from services.core.rows import Row
from services.core.spikes.baseline import HOUR_MS
from services.core.spikes.incident import Incident, Moment
from services.core.spikes.rules import Receiver

WAITS = (60, 300, 1_800, 7_200, 21_600)
"""Seconds between attempts; after the last of them a message is dead."""
MOST_DOUBTS = 2
"""Attempts of which nobody knows whether they arrived: a crash between sending and recording sends one duplicate."""
UNDER_WAY = 60_000
"""Milliseconds in which an attempt ends one way or the other, if its sender lives."""
STALE_HOURS = 24
"""What could not be told for a day is no news."""
LATE_HOURS = 12
"""So long a digest is still tried: as long as all waits between attempts take."""

Key = tuple[str, str, str, str]


class Delivery(Row):
    """One row of `deliveries`. It is written before each attempt and after it."""

    project: str
    id: str  # of the incident; `digest` or `test`
    moment: str
    receiver: str
    state: str = ""  # sending | sent | failed | dead
    attempts: int = 0
    doubts: int = 0
    detail: str = ""
    again_ms: int = 0
    version: int = 0

    @property
    def key(self) -> Key:
        return self.project, self.id, self.moment, self.receiver

    @property
    def may_have_arrived(self) -> bool:
        return self.state in {"sent", "sending"} or self.doubts > 0

    @property
    def name(self) -> str:
        """The same at each attempt, so that a receiver knows a duplicate."""
        return "/".join(self.key)


def attempted(before: Delivery, now: Millis) -> Delivery:
    """About to be sent. One that was under way when its sender died is in doubt."""
    doubts = before.doubts + (before.state == "sending")
    state = "dead" if doubts >= MOST_DOUBTS else "sending"
    detail = "Its sender ended twice before it knew whether it had arrived." if state == "dead" else ""
    attempts = before.attempts + (state == "sending")
    return msgspec.structs.replace(
        before, state=state, attempts=attempts, doubts=doubts, detail=detail, version=_later(before, now)
    )


def arrived(before: Delivery, now: Millis) -> Delivery:
    return msgspec.structs.replace(before, state="sent", detail="", version=_later(before, now))


def failed(before: Delivery, detail: str, now: Millis, *, wait: float = 0, in_doubt: bool = False) -> Delivery:
    """Not taken, or (`in_doubt`) nobody knows: tried again a few times. `wait`: seconds that the receiver asks for."""
    doubts = before.doubts + in_doubt
    is_over = before.attempts > len(WAITS) or doubts >= MOST_DOUBTS
    pause = max(wait, WAITS[min(before.attempts, len(WAITS)) - 1])
    return msgspec.structs.replace(
        before,
        state="dead" if is_over else "failed",
        doubts=doubts,
        detail=detail,
        again_ms=0 if is_over else now + round(pause * 1000),
        version=_later(before, now),
    )


def given_up(before: Delivery, detail: str, now: Millis) -> Delivery:
    """Not taken, and it never will be."""
    return msgspec.structs.replace(before, state="dead", detail=detail, again_ms=0, version=_later(before, now))


def _later(before: Delivery, now: Millis) -> int:
    """Versions must grow, also where clocks of two leaders differ."""
    return max(now, before.version + 1)


def is_due(known: Delivery | None, now: Millis) -> bool:
    """Whether to try now."""
    if known is None:
        return True
    if known.state == "failed":
        return known.again_ms <= now
    return not known.state or (known.state == "sending" and now - known.version > UNDER_WAY)


def owed(
    incidents: Sequence[Incident],
    receivers: Sequence[Receiver],
    known: Mapping[Key, Delivery],
    snoozed: Collection[str],
    now: tuple[Millis, ZoneInfo],
) -> list[tuple[Incident, Delivery]]:
    """Which incidents' last moments are to be told to whom at this time, in this time zone."""
    moment, zone = now
    at = datetime.fromtimestamp(moment / 1000, UTC).astimezone(zone).time()
    heard = _heard(known, receivers)
    found = []
    for incident in incidents:
        if incident.id in snoozed or incident.told < moment // HOUR_MS - STALE_HOURS:
            continue
        for receiver in receivers:
            fresh = Delivery(project=incident.project, id=incident.id, moment=incident.telling, receiver=receiver.name)
            delivery = known.get(fresh.key)
            has_heard = (incident.project, incident.id, receiver.name) in heard
            if incident.moment == Moment.RECOVERED and not has_heard:
                continue  # they never knew
            hears = receiver.hears(incident.named.stage, incident.named.job) and not receiver.is_quiet(at)
            if hears and is_due(delivery, moment):
                found.append((incident, delivery or fresh))
    return found


def _heard(known: Mapping[Key, Delivery], receivers: Sequence[Receiver]) -> set[tuple[str, str, str]]:
    """Project, incident and receiver, where some message of it may have arrived.

    A webhook that gave no answer may have taken it, which is no doubt there: and to end what is unknown does no harm.
    """
    programs = {receiver.name for receiver in receivers if receiver.kind == "webhook"}
    return {
        (one.project, one.id, one.receiver)
        for one in known.values()
        if one.may_have_arrived or one.receiver in programs
    }


class Digest(NamedTuple):
    """A digest that is due: its name, and the days it is of, in the journey's time zone."""

    moment: str
    since: date
    until: date  # the first day that is not in it

    @property
    def days(self) -> int:
        return (self.until - self.since).days


def digest_due(receiver: Receiver, now: tuple[Millis, ZoneInfo]) -> Digest | None:
    """The digest whose hour has come: of the day, or the week, that was over then.

    It is due for hours afterwards, so that it is still tried again, or told by the next leader.
    """
    local = datetime.fromtimestamp(now[0] / 1000, UTC).astimezone(now[1])
    since = local - timedelta(hours=receiver.digest_at)
    if receiver.digest == "none" or since.hour >= LATE_HOURS or receiver.is_quiet(local.time()):
        return None
    today = since.date()
    if receiver.digest == "daily":
        return Digest(f"daily-{today}", today - timedelta(days=1), today)
    return Digest(f"weekly-{today}", today - timedelta(days=7), today) if today.weekday() == 0 else None
