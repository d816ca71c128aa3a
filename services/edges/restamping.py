"""Rows that stay as they are, written anew within the database: with the new journey's version, what its parts are
called there, how sure it is of jobs and which friction it intends.
"""

from services.edges.history_statements import PLACE, RULES, UNREAD

# Only a row that is still the one that was looked at. What is new is worked out within, under names of its own: a new
# value of a column would be taken for the old one beside it.
RESTAMP = f"""
INSERT INTO {{table}}
SELECT * EXCEPT ({{names}}) REPLACE (
    {{journey:String}} AS journey_version, version + 1 AS version, {{partition:UInt32}} AS partition{{told}}
)
FROM (
    SELECT *{{worked_out}} FROM {{table}} FINAL
    WHERE project = {{project:String}} AND opened_on >= {{first:Date}} AND journey_version != {{journey:String}}
        AND ({{id}}, version) IN (
            SELECT id, version FROM rejudged_kept
            WHERE run = {{run:String}} AND day = {{day:Date}} AND attempt = {{attempt:String}}
                AND (visitor = '' OR {UNREAD})
        ){{these}}
)
"""
# Of sets of rules, so many at a time as a request can name.
THESE = f" AND ({{all:Bool}} OR {RULES} IN {{rules:Array(String)}})"


def _now(name: str, of: str) -> str:
    """A place, job or rule as it is called now."""
    return f"transform({name}, {{{of}:Array(String)}}, {{{of}_now:Array(String)}})"


def _now_each(column: str, of: str) -> str:
    return f"arrayMap(name -> {_now('name', of)}, {column})"


_PLACE = PLACE.format(stage="stage", step="step")
_ENTERED = PLACE.format(stage="entered_stage", step="entered_step")
_SPLIT = "splitByChar('{by}', {name})[{part}]"
_STAGE, _STEP = (_SPLIT.format(by=".", name="{name}", part=part) for part in (1, 2))
_WAY_IN, _NUMBER = (_SPLIT.format(by="/", name="name", part=part) for part in (1, 2))

SESSIONS = {
    "now_place": _now(_PLACE, "places"),
    "now_path": f"arrayMap((entered_stage, entered_step) -> {_now(_ENTERED, 'places')}, path_stage, path_step)",
    # Only the names in it: how the runs lie to each other stays.
    "now_key": f"arrayStringConcat(arrayMap((name, told) -> concat({_STAGE.format(name='name')}, '\\t', "
    f"{_STEP.format(name='name')}, '\\t', splitByChar('\\t', told)[3]), "
    "now_path, arraySlice(splitByChar('\\n', path_key), 1, length(now_path))), '\\n')",
    "now_ways_in": f"arrayMap(name -> concat({_now(_WAY_IN, 'places')}, '/', {_NUMBER}), path_rule)",
    "now_job": _now("job", "jobs"),
    # Rules that are gone say nothing any more.
    "now_rules": _now_each("arrayFilter(rule -> NOT has({gone:Array(String)}, rule), job_rules)", "names"),
    "now_evidence": "arrayFilter((event, rule) -> NOT has({gone:Array(String)}, rule), job_evidence, job_rules)",
    "now_changes": _now_each("job_changes", "jobs"),
    "now_confidence": f"transform({RULES}, {{rules:Array(String)}}, {{confidences:Array(Float64)}}, "
    "toFloat64(job_confidence))",
}
SESSIONS_NOW = {
    "stage": _STAGE.format(name="now_place"),
    "step": _STEP.format(name="now_place"),
    "path_stage": f"arrayMap(name -> {_STAGE.format(name='name')}, now_path)",
    "path_step": f"arrayMap(name -> {_STEP.format(name='name')}, now_path)",
    "path_key": "now_key",
    "path_rule": "now_ways_in",
    "job": "now_job",
    "job_rules": "now_rules",
    "job_evidence": "now_evidence",
    "job_changes": "now_changes",
    "job_confidence": "now_confidence",
}
FINDINGS = {"now_place": _now(_PLACE, "places"), "now_job": _now("job", "jobs")}
FINDINGS_NOW = {
    "stage": _STAGE.format(name="now_place"),
    "step": _STEP.format(name="now_place"),
    "job": "now_job",
    "intended": f"has({{intended:Array(String)}}, {_STAGE.format(name='now_place')}) "
    "OR has({intended:Array(String)}, now_place)",
}


def _restamp(table: str, id_column: str, worked_out: dict[str, str], now: dict[str, str], these: str = "") -> str:
    told = {
        "table": table,
        "id": id_column,
        "names": ", ".join(worked_out),
        "worked_out": "".join(f",\n        {what} AS {name}" for name, what in worked_out.items()),
        "told": "".join(f",\n    {what} AS {name}" for name, what in now.items()),
        "these": these,
    }
    statement = RESTAMP
    for name, text in told.items():
        statement = statement.replace(f"{{{name}}}", text)
    return statement


RESTAMPS = {
    "restamp_findings": _restamp("findings", "session_id", FINDINGS, FINDINGS_NOW),
    "restamp_sessions": _restamp("sessions", "id", SESSIONS, SESSIONS_NOW, THESE),
}
