"""What somebody left in the store past the last checkpoint that came to its end, asked for as SQL."""

from collections.abc import Sequence
from typing import Any

from services.core.rows import Left

_RANGES = "{partitions:Array(UInt32)}, {after:Array(UInt64)}, {before:Array(UInt64)}"
_LEFT = f"""version > arrayMin({{after:Array(UInt64)}}) AND version < arrayMax({{before:Array(UInt64)}})
        AND arrayExists((p, a, b) -> partition = p AND version > a AND version < b, {_RANGES})"""
_NEWEST = """argMax(visitor, version) AS visitor, max(version) AS newest, argMax(partition, version) AS latest"""
_STILL = f"arrayExists((p, a, b) -> latest = p AND newest > a AND newest < b, {_RANGES})"
# First without FINAL, so that old parts are passed over by their versions; then of what was found there the newest,
# for what was written again since is no longer of those who left it.
UNFINISHED = f"""
SELECT project, toString(opened_on) AS opened_on, session_id, finding_id, visitor, newest AS version,
    latest AS partition, believed
FROM (
    SELECT project, opened_on, id AS session_id, '' AS finding_id, {_NEWEST}
    FROM sessions
    WHERE (project, opened_on, id) IN (SELECT project, opened_on, id FROM sessions WHERE {_LEFT})
    GROUP BY project, opened_on, id
    HAVING {_STILL}
    UNION ALL
    SELECT project, opened_on, session_id, id AS finding_id, {_NEWEST}
    FROM findings
    WHERE (project, opened_on, session_id, id) IN (
        SELECT project, opened_on, session_id, id FROM findings WHERE {_LEFT}
    )
    GROUP BY project, opened_on, session_id, id
    HAVING {_STILL}
) AS unfinished
LEFT JOIN (
    SELECT project, visitor, groupUniqArray(stands_for) AS believed FROM believed GROUP BY project, visitor
) AS known USING (project, visitor)
"""


def ranges(left: Sequence[Left]) -> dict[str, Any]:
    """The parameters of `UNFINISHED`."""
    return {
        "partitions": [one.partition for one in left],
        "after": [one.after for one in left],
        "before": [one.before for one in left],
    }
