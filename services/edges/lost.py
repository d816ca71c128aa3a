"""Who did not go on, or did not get their job done, in the hours of an incident, beside those of the same hours before.

Where they ended, with what device and release, and what those are worth who were not lost.
"""

from collections.abc import Sequence

from services.core.spikes.cell import NOT_GOING_ON, Cell
from services.core.spikes.incident import Evidence
from services.edges.fates import JUDGED, Fates
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
    sessions = GOING_ON if cell.detector == NOT_GOING_ON else GETTING_DONE
    asked = {"project": project, "stage": cell.stage, "job": cell.job, "stages": list(stages), **slots(*hours)}
    fates = Fates(store, sessions, asked)
    [row] = store.query(JUDGED % sessions + WORTH, {**asked, "page": fates.page, "device": fates.device})
    return Evidence(
        page=fates.page,
        device=fates.device,
        release=fates.release,
        apiece=row["apiece"],
        currency=row["currencies"][0] if row["currencies"] else "",
        sessions=tuple(row["examples"]),
    )
