"""What `services.edges.history` asks of the database and has it do, as SQL."""

ASIDE = ("rejudged", "rejudged_days", "rejudged_meanings", "rejudged_kept", "rejudged_visitors")
"""Tables of what history would be under another journey: worked out anew when it is asked for, so all may go. The last
tells who works on it that it went: by then nothing is left to go.
"""

DAYS = """
SELECT toString(toDate(occurred_at)) AS day, count() AS events
FROM events WHERE project = {project:String} AND occurred_at >= toDateTime64({since:String}, 3, 'UTC')
GROUP BY day ORDER BY day
"""
VERSIONS = """
SELECT version, sessions, document
FROM (
    SELECT journey_version AS version, count() AS sessions
    FROM sessions FINAL
    WHERE project = {project:String} AND opened_on >= {since:Date}
    GROUP BY version
) AS judged
INNER JOIN (SELECT version, document FROM journeys FINAL) AS known USING version
ORDER BY sessions DESC, version
"""
PROJECTS = "SELECT DISTINCT project FROM events ORDER BY project"
JOURNEY = "SELECT document FROM journeys FINAL WHERE version = {before:String}"
MEANINGS = """
SELECT DISTINCT name, path FROM events
WHERE project = {project:String} AND toDate(occurred_at) >= {since:Date}
"""
READ = """({everybody:Bool} OR visitor IN (
    SELECT visitor FROM rejudged_visitors WHERE run = {run:String} AND attempt = {attempt:String}
))"""
# The columns are those of services.core.hindsight.Told, and the day before them. Sorting costs more than reading: days
# are asked for many at a time, but no more than fit into memory.
EVENTS = f"""
SELECT toUInt32(toDate(occurred_at)) AS day, visitor, id, name, toLowCardinality(path), user,
    toUnixTimestamp64Milli(occurred_at), toUnixTimestamp64Milli(watermark_at) > 0, props, seen{{surroundings}}
FROM events FINAL
WHERE project = {{project:String}} AND toDate(occurred_at) BETWEEN {{first:Date}} AND {{last:Date}} AND {READ}
ORDER BY day, visitor, occurred_at, id
"""
SESSIONS = f"""
SELECT id, toString(opened_on), visitor, user, toUnixTimestamp64Milli(started_at), toUnixTimestamp64Milli(ended_at),
    events, late, historical, version, journey_version, stage, job, outcome_event != ''{{details}}
FROM sessions FINAL
WHERE project = {{project:String}} AND opened_on BETWEEN {{first:Date}} AND {{last:Date}} AND {READ}
"""
RULES = "arrayStringConcat(job_rules, ' ')"
PLACE = "if({step} = '', {stage}, concat({stage}, '.', {step}))"
_ENTERED = PLACE.format(stage="entered_stage", step="entered_step")
# The places that a session entered, and no fewer moves than it has.
SHAPE = f"""concat(
    arrayStringConcat(arraySort(arrayDistinct(
        arrayMap((entered_stage, entered_step) -> {_ENTERED}, path_stage, path_step)
    )), ' '), ' ', toString(least(pages + length(path_stage), {{most:UInt32}}))
)"""
LABELS = f"""
SELECT DISTINCT {RULES} AS rules, job, job_confidence
FROM sessions FINAL
WHERE project = {{project:String}} AND opened_on >= {{since:Date}} AND journey_version = {{before:String}}
"""
SHAPES = f"""
SELECT DISTINCT {SHAPE} AS shape
FROM sessions FINAL WHERE project = {{project:String}} AND opened_on >= {{since:Date}}
"""
# Words of a finding's texts that name a place: what it came to (`cause`), and between which steps it went in circles.
WORDED = "hasAny(splitByChar(' ', concat(cause, ' ', page)), {words:Array(String)})"
FINDINGS = f"""
SELECT session_id, groupArray(id), groupArray(detector), max({WORDED})
FROM findings FINAL
WHERE project = {{project:String}} AND opened_on BETWEEN {{first:Date}} AND {{last:Date}} AND {READ}
GROUP BY session_id
"""
SHOWN = f"""
SELECT session_id, id, stage, step, page, element, toUnixTimestamp64Milli(occurred_at), severity,
    round(cost_seconds, 6), cost_steps, round(value, 6), currency, cause, evidence
FROM findings FINAL
WHERE project = {{project:String}} AND opened_on BETWEEN {{first:Date}} AND {{last:Date}} AND {READ}
    AND detector IN {{detectors:Array(String)}}
"""
IN_HAND = "SELECT blob FROM session_state FINAL WHERE project = {project:String} AND is_deleted = 0"
DONE = "SELECT toString(day), attempt, difference FROM rejudged_days FINAL WHERE run = {run:String} ORDER BY day"
LINES = """
SELECT target, lines FROM rejudged
WHERE run = {run:String} AND day = {day:Date} AND attempt = {attempt:String}
ORDER BY target
"""
UNREAD = """visitor != '' AND visitor NOT IN (
    SELECT visitor FROM rejudged_visitors WHERE run = {run:String} AND attempt = {attempt:String}
)"""
KEPT_SESSIONS = f"""
SELECT toString(day), stage, job, done, count() FROM rejudged_kept
WHERE run = {{run:String}} AND attempt = {{attempt:String}} AND {UNREAD}
GROUP BY day, stage, job, done
"""
KEPT_FINDINGS = f"""
SELECT toString(day), detector, count()
FROM findings FINAL
INNER JOIN (
    SELECT day, id AS session_id FROM rejudged_kept
    WHERE run = {{run:String}} AND attempt = {{attempt:String}} AND {UNREAD}
) AS kept USING session_id
WHERE project = {{project:String}} AND opened_on >= {{since:Date}}
GROUP BY day, detector
"""
ATTEMPTS = "SELECT attempt FROM rejudged_visitors WHERE run = {run:String} AND visitor = ''"
# Rows of forgotten visitors among those that were put into the place of others.
BACK = """
SELECT visitor, toUnixTimestamp64Milli(max(forgotten_at))
FROM forgotten
WHERE project = {project:String} AND visitor IN (
    SELECT visitor FROM sessions
    WHERE project = {project:String} AND opened_on BETWEEN {first:Date} AND {day:Date}
        AND partition = {partition:UInt32}
)
GROUP BY visitor
"""
WALKS = """
SELECT visitor, job, path_stage, path_step, arrayMap(at -> toUnixTimestamp64Milli(at), path_started_at),
    toUnixTimestamp64Milli(ended_at)
FROM sessions FINAL
WHERE project = {project:String} AND opened_on >= {since:Date} AND state = 'closed' AND notEmpty(path_stage)
"""
TELLING = """
SELECT visitor, id, name, path, toUnixTimestamp64Milli(occurred_at), props
FROM events FINAL
WHERE project = {project:String} AND toDate(occurred_at) >= {since:Date} AND name IN {names:Array(String)}
ORDER BY visitor, occurred_at, id
"""
QUESTIONS = {
    "walks": WALKS,
    "telling": TELLING,
    "days": DAYS,
    "versions": VERSIONS,
    "projects": PROJECTS,
    "journey": JOURNEY,
    "meanings": MEANINGS,
    "events": EVENTS.replace("{surroundings}", ""),
    # Read only where a journey asks for them.
    "events_in_surroundings": EVENTS.replace("{surroundings}", ", context, url, referrer"),
    "sessions": SESSIONS.replace("{details}", ""),
    # Read only where jobs' weights or the order of stages change.
    "sessions_in_detail": SESSIONS.replace("{details}", f", {RULES}, {SHAPE}"),
    "labels": LABELS,
    "shapes": SHAPES,
    "findings": FINDINGS,
    "shown": SHOWN,
    "in_hand": IN_HAND,
    "kept_sessions": KEPT_SESSIONS,
    "kept_findings": KEPT_FINDINGS,
    "attempts": ATTEMPTS,
    "back": BACK,
    "done": DONE,
    "lines": LINES,
}

# A session is judged on the day on which it is over, those that are not over by then on the last.
SNAPSHOT = """
INSERT INTO rejudged_kept (run, attempt, day, opened_on, id, version, visitor, stage, job, done)
SELECT {run:String}, {attempt:String}, least(toDate(ended_at + toIntervalMillisecond({inactivity:Int64})), {last:Date}),
    opened_on, id, version, visitor, stage, job, outcome_event != ''
FROM sessions FINAL
WHERE project = {project:String} AND opened_on >= {since:Date}
"""
# Besides those whom the change may concern: whose sessions were judged by other journeys, or came late, or are still in
# the hands of a worker.
VISITORS = """
INSERT INTO rejudged_visitors (run, attempt, visitor)
SELECT DISTINCT {run:String}, {attempt:String}, visitor
FROM (
    SELECT visitor FROM events
    WHERE project = {project:String} AND toDate(occurred_at) >= {since:Date} AND (
        name IN {names:Array(String)} OR (name, path) IN (
            SELECT name, path FROM rejudged_meanings WHERE run = {run:String} AND attempt = {attempt:String}
        )
    )
    UNION ALL
    SELECT visitor FROM findings
    WHERE project = {project:String} AND opened_on >= {since:Date}
        AND (detector IN {detectors:Array(String)} OR {worded})
    UNION ALL
    SELECT visitor FROM sessions FINAL
    WHERE project = {project:String} AND opened_on >= {since:Date}
        AND (late OR journey_version NOT IN {versions:Array(String)})
    UNION ALL
    SELECT visitor FROM session_state FINAL WHERE project = {project:String} AND is_deleted = 0
)
""".replace("{worded}", WORDED)
VISITORS_OF_LABELS = f"""
INSERT INTO rejudged_visitors (run, attempt, visitor)
SELECT DISTINCT {{run:String}}, {{attempt:String}}, visitor
FROM sessions FINAL
WHERE project = {{project:String}} AND opened_on >= {{since:Date}} AND {RULES} IN {{rules:Array(String)}}
"""
# Of sessions of some shapes: all, or those in which a detector found something.
VISITORS_OF_SHAPES = f"""
INSERT INTO rejudged_visitors (run, attempt, visitor)
SELECT DISTINCT {{run:String}}, {{attempt:String}}, visitor
FROM sessions FINAL
WHERE project = {{project:String}} AND opened_on >= {{since:Date}} AND {SHAPE} IN {{shapes:Array(String)}}
    AND ({{detector:String}} = '' OR id IN (
        SELECT session_id FROM findings FINAL
        WHERE project = {{project:String}} AND opened_on >= {{since:Date}} AND detector = {{detector:String}}
    ))
"""
CHANGES = {
    "snapshot": SNAPSHOT,
    "visitors": VISITORS,
    "visitors_of_labels": VISITORS_OF_LABELS,
    "visitors_of_shapes": VISITORS_OF_SHAPES,
}
