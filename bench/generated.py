"""A shop for benches, generated in ClickHouse's own engine: sessions over two weeks, ten events each, and findings.

One visitor in ten is known as a user, from the middle of the time on; half of the users have two devices. Sessions
take one of twelve ways, have a job in three of four cases, and one in nine has a finding.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.api.period import Period
from services.api.question import Asked
from services.api.questions.freshness import ask_freshness
from services.core.journey import Journey, read_journey
from services.edges.clickhouse import Store

STAGES = ("browse", "basket", "checkout", "bought")
PERIOD = Period(since=datetime(2026, 1, 1, tzinfo=UTC), until=datetime(2026, 1, 16, tzinfo=UTC))
SESSIONS = """
INSERT INTO sessions (project, opened_on, id, visitor, user, started_at, ended_at, state, events, pages, entry_page,
    exit_page, device, browser, os, country, referrer_class, source, medium, campaign, path_stage, path_step,
    path_started_at, path_ended_at, path_event, job, stage, step, outcome_at, value, currency, journey_version, version)
WITH
    cityHash64(number) AS dice, cityHash64(number, 1) AS other,
    arraySlice(
        [('browse', ''), ('basket', ''), ('browse', ''), ('checkout', ''), ('checkout', 'address'), ('bought', '')], 1,
        multiIf(dice % 100 < 55, 1, dice % 100 < 75, 2, dice % 100 < 85, 3, 4 + intDiv(dice, 256) % 3)) AS forth,
    if(other % 5 = 0, arrayConcat([('browse', '')], forth), forth) AS way,
    arrayMap(place -> place.1, way) AS stages, arrayMap(place -> place.2, way) AS steps,
    toDateTime64('2026-01-01', 3, 'UTC')
        + toIntervalMillisecond(intDiv(number * 1209600000, {sessions:UInt64})) AS began,
    arrayCumSum(arrayMap(n -> toInt64(cityHash64(number, n) % 90000), arrayEnumerate(way))) AS waits,
    intDiv(dice, 65536) % greatest(1, intDiv({sessions:UInt64} * 7, 10)) AS visitor_number,
    began + toIntervalMillisecond(waits[-1]) AS finished,
    ['gift', 'replace', 'compare', 'unassigned'][1 + intDiv(other, 16) % 4] AS chosen_job
SELECT 'bench', toDate(began), lower(hex(sipHash128(number))), concat('v', toString(visitor_number)),
    if(visitor_number % 10 = 0 AND number > intDiv({sessions:UInt64}, 2),
        concat('u', toString(intDiv(visitor_number, 20))), ''),
    began, finished, 'closed', 10, length(way), '/', concat('/page/', toString(other % 40)),
    ['desktop', 'mobile', 'mobile', 'tablet'][1 + intDiv(other, 1024) % 4],
    ['Chrome', 'Safari', 'Firefox', 'Edge'][1 + intDiv(other, 4096) % 4],
    ['Windows', 'iOS', 'Android', 'macOS'][1 + intDiv(other, 16384) % 4],
    ['DE', 'NO', 'FR', 'GB', 'US', 'NL', 'PL', 'SE'][1 + intDiv(other, 65536) % 8],
    ['direct', 'search', 'social', 'email'][1 + intDiv(other, 1048576) % 4],
    if(other % 3 = 0, ['google', 'newsletter', 'facebook'][1 + other % 3], ''), if(other % 3 = 0, 'cpc', ''),
    if(other % 3 = 0, concat('campaign ', toString(other % 12)), ''),
    stages, steps, arrayMap(w -> began + toIntervalMillisecond(w), waits),
    arrayMap(w -> began + toIntervalMillisecond(w), waits),
    arrayMap(s -> 'e', way), chosen_job, stages[-1], steps[-1],
    if(has(stages, 'bought') AND chosen_job != 'unassigned', finished, toDateTime64(0, 3, 'UTC')),
    if(has(stages, 'basket'), toFloat64(10 + other % 90), 0.), if(has(stages, 'basket'), 'EUR', ''), {journey:String}, 1
FROM numbers({first:UInt64}, {count:UInt64})
"""
FINDINGS = """
INSERT INTO findings (project, opened_on, session_id, id, visitor, detector, stage, step, page, severity, job,
    occurred_at, version)
SELECT project, opened_on, id, concat('f', id), visitor,
    multiIf(stage = 'checkout', 'checkout_abandonment', path_stage[-1] = 'basket', 'cart_abandonment',
        ['rage_click', 'dead_click', 'slow_page'][1 + cityHash64(id, 1) % 3]) AS found,
    stage, step, if(endsWith(found, 'abandonment'), '', exit_page), 2, job, path_started_at[-1], 1
FROM sessions
WHERE cityHash64(id) % 9 = 0 AND started_at >= {since:DateTime64(3)} AND started_at < {until:DateTime64(3)}
"""
EVENTS = """
INSERT INTO events (project, id, visitor, type, name, path, occurred_at)
SELECT project, concat(id, toString(n)), visitor, if(n % 3 = 0, 'page', 'track'),
    if(n < length(path_stage), path_stage[n + 1],
        ['click', 'scroll', 'search', 'Product Viewed'][1 + cityHash64(id, n) % 4]),
    if(n % 3 = 0, concat('/page/', toString(cityHash64(id, n) % 40)), ''),
    fromUnixTimestamp64Milli(toUnixTimestamp64Milli(started_at)
        + intDiv((toUnixTimestamp64Milli(ended_at) - toUnixTimestamp64Milli(started_at)) * n, 10), 'UTC')
FROM sessions ARRAY JOIN range(10) AS n
WHERE started_at >= {since:DateTime64(3)} AND started_at < {until:DateTime64(3)}
"""
PIECE = 500_000
"""Sessions at a time, so that ten million take no more memory than these."""


def journey() -> Journey:
    """Four stages, of which one has a step."""
    stages: list[dict[str, object]] = [{"name": stage, "enter": {"event": stage}} for stage in STAGES]
    stages[2]["steps"] = [{"name": "address", "enter": {"path": "/address"}}]
    stages[3]["role"] = "done"
    return read_journey({"journey": "bench", "stages": stages})


@contextmanager
def generated_shop(
    sessions: int, *, with_events: bool = True, merged: bool = False, folder: Path | None = None
) -> Iterator[Asked]:
    """A store in a folder that is gone afterwards, or in one that is kept and need not be filled a second time.

    `merged` lets each month become one part first.
    """
    if folder:
        yield from filled(folder, sessions, with_events=with_events, merged=merged)
        return
    with tempfile.TemporaryDirectory() as passing:
        yield from filled(Path(passing), sessions, with_events=with_events, merged=merged)


def filled(folder: Path, sessions: int, *, with_events: bool, merged: bool) -> Iterator[Asked]:
    folder.mkdir(parents=True, exist_ok=True)
    store = Store.open(f"chdb://{folder}")
    mapped = journey()
    store.save_journey(mapped.version, mapped.document())
    # A piece that was begun and broken off is written anew: rows of one key replace each other.
    for first in range(pieces_done(store) * PIECE, sessions, PIECE):
        fill(store, mapped, (FINDINGS, EVENTS) if with_events else (FINDINGS,), first, sessions)
    for table in ("sessions", "findings", "events") if merged else ():
        store.change(f"OPTIMIZE TABLE {table} FINAL", {})
    yield Asked(store, mapped, "bench", PERIOD, ask_freshness(store, "bench"))
    store.close()


def pieces_done(store: Store) -> int:
    """How many pieces were written wholly: a note is made of each."""
    return int(store.query("SELECT uniqExact(id) AS n FROM annotations")[0]["n"])


def fill(store: Store, mapped: Journey, others: Sequence[str], first: int, sessions: int) -> None:
    count = min(PIECE, sessions - first)
    length = PERIOD.until - PERIOD.since - timedelta(days=1)
    bounds = {
        "since": PERIOD.since + length * first / sessions,
        "until": PERIOD.since + length * (first + count) / sessions,
    }
    store.change(SESSIONS, {"sessions": sessions, "journey": mapped.version, "first": first, "count": count})
    for statement in others:
        store.change(statement, bounds)
    store.change("INSERT INTO annotations (project, id) VALUES ('filled', {id:String})", {"id": str(first)})
