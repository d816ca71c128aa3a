"""Who did not go on, or did not get their job done, in the hours of an incident, beside those of the same hours before.

Where they ended, with what device and release, and what those are worth who were not lost.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from services.core.spikes.cell import NOT_GOING_ON, Cell
from services.core.spikes.incident import Evidence
from services.core.spikes.suspect import Tally, last_seen, suspect, total
from services.edges.rates import Asks
from services.edges.slots import slots

# Each with the moment by which `rates` counts the session.
GOING_ON = """
    SELECT
        id, any(visitor) AS visitor, min(run.2) AS moment, any(if(device != '', device, os)) AS device,
        any(exit_page) AS page, any(value) AS value, any(currency) AS currency,
        NOT arrayExists((s, t) -> indexOf({stages:Array(String)}, s) > indexOf({stages:Array(String)}, {stage:String})
            AND t >= moment, any(path_stage), any(path_started_at)) AS lost
    FROM sessions FINAL
    ARRAY JOIN arrayZip(path_stage, path_started_at) AS run
    WHERE project = {project:String} AND run.1 = {stage:String} AND ({job:String} = '' OR job = {job:String})
        AND opened_on BETWEEN toDate32(fromUnixTimestamp64Milli({first_ms:Int64}, 'UTC')) - 2
            AND toDate32(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')) + 1
    GROUP BY id
"""
GETTING_DONE = """
    SELECT
        id, visitor, ended_at AS moment, if(device != '', device, os) AS device, exit_page AS page, value, currency,
        toUnixTimestamp64Milli(outcome_at) = 0 AS lost
    FROM sessions FINAL
    WHERE project = {project:String} AND state = 'closed' AND job = {job:String}
        AND opened_on BETWEEN toDate32(fromUnixTimestamp64Milli({first_ms:Int64}, 'UTC')) - 2
            AND toDate32(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')) + 1
"""
JUDGED = """
WITH judged AS
(
    SELECT *, toUnixTimestamp64Milli(moment) - {first_ms:Int64} AS after, intDiv(after, {step_ms:Int64}) AS slot
    FROM
    (%s)
    WHERE after >= 0 AND moment < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
        AND after %% {step_ms:Int64} < {long_ms:Int64}
)
"""
# A release stands in events only: whatever a visitor said last within these hours or the one before.
VALUES = """,
released AS
(
    SELECT visitor, intDiv(after, {step_ms:Int64}) AS slot,
        argMax(JSONExtractString(context, 'app', 'version'), occurred_at) AS release
    FROM
    (
        SELECT visitor, context, occurred_at,
            toUnixTimestamp64Milli(occurred_at) + 3600000 - {first_ms:Int64} AS after
        FROM events
        WHERE project = {project:String} AND visitor IN (SELECT visitor FROM judged)
            AND occurred_at >= fromUnixTimestamp64Milli({first_ms:Int64} - 3600000, 'UTC')
            AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
            AND position(context, '"app"') > 0
    )
    WHERE after % {step_ms:Int64} < {long_ms:Int64} + 3600000
    GROUP BY visitor, slot
)
SELECT
    told.1 AS kind, told.2 AS value,
    countIf(slot = {now:UInt8}) AS exposed, countIf(slot = {now:UInt8} AND lost) AS affected,
    countIf(slot < {now:UInt8}) AS exposed_before, countIf(slot < {now:UInt8} AND lost) AS affected_before
FROM judged
LEFT JOIN released USING (visitor, slot)
ARRAY JOIN [('page', toString(page)), ('device', toString(device)), ('release', release)] AS told
GROUP BY kind, value
"""
WORTH = """
SELECT
    -- First those like most of them.
    arraySlice(arrayMap(one -> one.2, arraySort(groupUniqArrayIf(1000)(
        ((page != {page:String}) + (device != {device:String}), id), slot = {now:UInt8} AND lost))), 1, 3) AS examples,
    ifNotFinite(quantileExactInclusiveIf(0.5)(value, NOT lost AND value > 0), 0) AS apiece,
    topKIf(1)(currency, NOT lost AND value > 0) AS currencies
FROM judged
"""


def lost(store: Asks, project: str, cell: Cell, hours: tuple[int, int], stages: Sequence[str]) -> Evidence:
    """What those are about who did not go on from a stage, or did not get their job done, in these hours."""
    judged = JUDGED % (GOING_ON if cell.detector == NOT_GOING_ON else GETTING_DONE)
    asked = {"project": project, "stage": cell.stage, "job": cell.job, "stages": list(stages), **slots(*hours)}
    tallies = _tallies(store.query(judged + VALUES, asked))
    every = total(tallies["page"].values())
    usual = every.affected_before / every.exposed_before if every.exposed_before else 0.0
    page, device = last_seen(tallies["page"]), suspect(tallies["device"], usual)
    [row] = store.query(judged + WORTH, {**asked, "page": page, "device": device})
    return Evidence(
        page=page,
        device=device,
        release=suspect(tallies["release"], usual),
        apiece=row["apiece"],
        currency=row["currencies"][0] if row["currencies"] else "",
        sessions=tuple(row["examples"]),
    )


def _tallies(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Mapping[str, Tally]]:
    """By what is told, and by its values."""
    found: defaultdict[str, dict[str, Tally]] = defaultdict(dict)
    for row in rows:
        found[row["kind"]][row["value"]] = Tally(*(row[name] for name in Tally._fields))
    return found
