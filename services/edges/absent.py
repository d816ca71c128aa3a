"""Whose events stay away: those of one library, of one page, of one name, or all of them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.core.spikes.incident import Evidence
from services.core.spikes.suspect import Flow, silent
from services.edges.rates import Asks
from services.edges.slots import slots

CAME = """
SELECT
    told.1 AS kind, told.2 AS value,
    countIf(slot = {now:UInt8}) AS came, countIf(slot < {now:UInt8}) AS before,
    uniqExactIf(slot, slot < {now:UInt8}) AS days
FROM
(
    SELECT name, path, context,
        toUnixTimestamp64Milli(occurred_at) - {first_ms:Int64} AS after, intDiv(after, {step_ms:Int64}) AS slot
    FROM events
    WHERE project = {project:String}
        AND occurred_at >= fromUnixTimestamp64Milli({first_ms:Int64}, 'UTC')
        AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
)
ARRAY JOIN [('', ''), ('library', JSONExtractString(context, 'library', 'name')), ('page', path),
    ('name', toString(name))] AS told
WHERE after % {step_ms:Int64} < {long_ms:Int64}
GROUP BY kind, value
"""
LAST = """
SELECT max(toUnixTimestamp64Milli(occurred_at)) AS last_ms FROM events
WHERE project = {project:String} AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND occurred_at >= fromUnixTimestamp64Milli({first_ms:Int64}, 'UTC')
"""
SAID = {
    "library": "what {value} sends stays away",
    "page": "what happens on {value} stays away",
    "name": "events named {value} stay away",
}


def absent(store: Asks, project: str, hours: tuple[int, int], zone: ZoneInfo) -> Evidence:
    """What stays away in these hours of what usually comes."""
    asked = {"project": project, **slots(*hours)}
    flows: defaultdict[str, dict[str, Flow]] = defaultdict(dict)
    rows = store.query(CAME, asked)
    days = max((row["days"] for row in rows), default=0) or 1
    for row in rows:
        flows[row["kind"]][row["value"]] = Flow(row["came"], row["before"] / days)
    [last] = store.query(LAST, asked)
    return Evidence(page=silent(flows["page"]), cause=_cause(flows, _time(last["last_ms"], zone)))


def _cause(flows: Mapping[str, Mapping[str, Flow]], last: str) -> str:
    if not sum(one.came for one in flows[""].values()):
        return f"nothing comes at all, from nowhere; the last event is of {last}"
    for kind, said in SAID.items():
        if value := silent(flows[kind]):
            one = flows[kind][value]
            return f"{said.format(value=value)} ({one.came:,} came, usual {one.usual:,.0f}); the rest comes as usual"
    return "all kinds of events alike, whatever sends them"


def _time(last_ms: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(last_ms / 1000, UTC).astimezone(zone):%a %d %b, %H:%M}"
