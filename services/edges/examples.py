"""Example sessions of incidents: those that no session stands for any more are taken out, in every version on disk.

Asked for by what is missing and not by whose it was, so that it can be done again when the sessions are long gone.
"""

import re

from services.edges.tables import Tables

GONE = """
SELECT DISTINCT arrayJoin(JSONExtract(document, 'evidence', 'sessions', 'Array(String)')) AS id
FROM incidents
WHERE project = {project:String} AND id NOT IN (SELECT id FROM sessions WHERE project = {project:String})
ORDER BY id
"""
NAMED = "project = {project:String} AND multiSearchAny(document, {ids:Array(String)})"
COUNT = f"SELECT uniqExact(id) AS n FROM incidents WHERE {NAMED}"
DROP = f"""
ALTER TABLE incidents
UPDATE document = replaceRegexpAll(replaceRegexpAll(document, {{later:String}}, ''), {{first:String}}, '')
WHERE {NAMED}
SETTINGS mutations_sync = 2
"""
AT_ONCE = 200
"""Ids of one statement, which travel in its address."""


def gone_examples(store: Tables, project: str) -> list[str]:
    """Sessions that an incident still names."""
    return [str(row["id"]) for row in store.query(GONE, {"project": project})]


def drop_gone_examples(store: Tables, project: str) -> int:
    """Take them out; how many incidents that changed."""
    changed = 0
    gone = gone_examples(store, project)
    for begin in range(0, len(gone), AT_ONCE):
        ids = gone[begin : begin + AT_ONCE]
        asked = {"project": project, "ids": [f'"{one}"' for one in ids]}
        changed += int(store.query(COUNT, asked)[0]["n"])
        any_of = "|".join(map(re.escape, ids))
        # With the comma before it; the first of a list has one behind it, or none.
        store.change(DROP, {**asked, "later": f',"({any_of})"', "first": f'"({any_of})",?'})
    return changed
