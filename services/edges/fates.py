"""What became of the sessions in the hours of an incident and in the same hours before, by page, device and release."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from services.core.spikes.suspect import Tally, last_seen, suspect, total
from services.edges.rates import Asks

# Of each session `id`, `visitor`, the `moment` by which it is counted, `page`, `device`, and whether it was `lost`.
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


class Fates:
    """Knows who is too many among those that were lost."""

    def __init__(self, store: Asks, sessions: str, asked: Mapping[str, Any]) -> None:
        """`sessions`: the SQL of those that are judged. Blocks."""
        found: defaultdict[str, dict[str, Tally]] = defaultdict(dict)
        for row in store.query(JUDGED % sessions + VALUES, asked):
            found[row["kind"]][row["value"]] = Tally(*(row[name] for name in Tally._fields))
        self._tallies = found
        every = total(found["page"].values())
        self._usual = every.affected_before / every.exposed_before if every.exposed_before else 0.0

    @property
    def page(self) -> str:
        """On which they ended."""
        return last_seen(self._tallies["page"])

    @property
    def device(self) -> str:
        return suspect(self._tallies["device"], self._usual)

    @property
    def release(self) -> str:
        return suspect(self._tallies["release"], self._usual)
