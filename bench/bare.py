"""The least SQL for each question: what somebody who knows ClickHouse would write by hand for its main figures.

The same definitions (rows as they stand, persons known afterwards, new and returning visitors), each table read once
for each figure, but without what an answer says beside: strata, ties, rules of windows, examples, medians of times.
"""

from collections.abc import Mapping, Sequence

WITHIN = "project = 'bench' AND started_at >= '2026-01-01 00:00:00' AND started_at < '2026-01-16 00:00:00'"
DONE = "(has(path_stage, 'bought') OR toUnixTimestamp64Milli(outcome_at) > 0)"
PERSON = "multiIf(user != '', user, known_as != '', known_as, s.visitor)"
KNOWN = """
LEFT JOIN (SELECT visitor, argMax(user, ended_at) AS known_as FROM sessions FINAL
    WHERE project = 'bench' AND user != '' GROUP BY visitor) AS k ON k.visitor = s.visitor
"""
FIRST = """
INNER JOIN (SELECT visitor, min(started_at) AS first_at FROM sessions FINAL
    WHERE project = 'bench' GROUP BY visitor) AS f ON f.visitor = s.visitor
"""
UNDER = """
ARRAY JOIN [('', ''), ('job', job), ('device', device), ('browser', browser), ('os', os), ('country', country),
    ('referrer', referrer_class), ('source', source), ('medium', medium), ('campaign', campaign),
    ('visitor', if(first_at < started_at, 'returning', 'new')), ('weekday', toString(toDayOfWeek(started_at))),
    ('daytime', toString(intDiv(toHour(started_at), 6)))] AS one
"""
PLACES = """
ARRAY JOIN arrayDistinct(arrayConcat([('', '')], arrayMap(s -> (toString(s), ''), path_stage),
    arrayMap((s, p) -> (toString(s), toString(p)), path_stage, path_step))) AS place
"""
HEARD = f"""
(SELECT visitor, occurred_at, type, name, path FROM events WHERE project = 'bench') AS e
ASOF INNER JOIN (SELECT id, visitor, started_at, ended_at, path_stage FROM sessions FINAL WHERE {WITHIN}) AS s
    ON s.visitor = e.visitor AND s.started_at <= e.occurred_at
"""
REACHED = f"""
SELECT arrayMap(stage -> has(path_stage, stage), ['browse', 'basket', 'checkout', 'bought']) AS reached, count()
FROM sessions FINAL WHERE {WITHIN} GROUP BY reached
"""
REACHED_WITHIN = f"""
SELECT reached, count() FROM (
    SELECT windowFunnel(60000)(
        toUInt64(toUnixTimestamp64Milli(run.2)), run.1 = 'browse', run.1 = 'basket', run.1 = 'checkout',
        run.1 = 'bought') AS reached
    FROM sessions FINAL ARRAY JOIN arrayZip(path_stage, path_started_at) AS run
    WHERE {WITHIN} GROUP BY id)
GROUP BY reached
"""
PEOPLE_REACHED = f"""
SELECT reached, count() FROM (
    SELECT {PERSON} AS person, windowFunnel(1209600000)(
        toUInt64(toUnixTimestamp64Milli(run.2)), run.1 = 'browse', run.1 = 'basket', run.1 = 'checkout',
        run.1 = 'bought') AS reached
    FROM sessions AS s FINAL {KNOWN} ARRAY JOIN arrayZip(path_stage, path_started_at) AS run
    WHERE {WITHIN} GROUP BY person)
GROUP BY reached
"""
SAID_SEGMENT = f"""
SELECT said, arrayMap(stage -> has(path_stage, stage), ['browse', 'basket', 'checkout', 'bought']) AS reached, count()
FROM (SELECT id, path_stage FROM sessions FINAL WHERE {WITHIN}) AS s
LEFT JOIN (
    SELECT id, argMax(segment, occurred_at) AS said FROM (
        SELECT visitor, occurred_at, if(type = 'identify', JSONExtractString(props, 'segment'),
            JSONExtractString(context, 'traits', 'segment')) AS segment
        FROM events WHERE project = 'bench' AND segment != '') AS e
    ASOF INNER JOIN (SELECT id, visitor, started_at, ended_at FROM sessions FINAL WHERE {WITHIN}) AS w
        ON w.visitor = e.visitor AND w.started_at <= e.occurred_at
    WHERE occurred_at <= ended_at GROUP BY id) AS t ON t.id = s.id
GROUP BY said, reached
"""
ATTEMPTS = f"""
SELECT {PERSON} AS person, job, min(started_at) AS began, max(outcome_at) AS finished, sum(value) AS worth
FROM sessions AS s FINAL {KNOWN} WHERE {WITHIN} AND job NOT IN ('', 'unassigned') GROUP BY person, job
"""
ATTEMPTS_OF_CUSTOMERS = ATTEMPTS.replace("AND job", "AND (user != '' OR known_as != '') AND job")
NEWCOMERS = f"""
SELECT first_at < started_at AS back, count(), countIf({DONE}) FROM sessions AS s FINAL {FIRST}
WHERE {WITHIN} GROUP BY back
"""
SAID = "SELECT name, count() FROM events WHERE project = 'bench' AND name IN ('done_stated', 'job_rated') GROUP BY name"
PAIN = [
    f"""
    SELECT job, device, first_at < started_at AS back, place, count() AS came,
        countIf(path_stage[-1] != place.1) AS went_on
    FROM sessions AS s FINAL {FIRST} {PLACES} WHERE {WITHIN} GROUP BY job, device, back, place
    """,
    f"""
    SELECT detector, stage, step, page, job, device, count(), countIf(path_stage[-1] != stage)
    FROM findings AS g FINAL INNER JOIN (SELECT id, device, path_stage FROM sessions FINAL WHERE {WITHIN}) AS s
        ON s.id = g.session_id
    WHERE g.project = 'bench' GROUP BY detector, stage, step, page, job, device
    """,
    f"""
    SELECT count() FROM (SELECT {PERSON} AS person, max(ended_at) AS left_at FROM findings AS g FINAL
        INNER JOIN sessions AS s FINAL ON s.id = g.session_id {KNOWN}
        WHERE g.project = 'bench' AND detector LIKE '%abandonment' GROUP BY person) AS l
    INNER JOIN (SELECT {PERSON} AS person, max(ended_at) AS done_at FROM sessions AS s FINAL {KNOWN}
        WHERE project = 'bench' AND {DONE} GROUP BY person) AS d ON d.person = l.person
    WHERE done_at > left_at
    """,
]

CORRELATIONS = [
    f"SELECT one, count(), countIf(path_stage[-1] != 'browse') FROM sessions AS s FINAL {FIRST} {UNDER} "
    f"WHERE {WITHIN} GROUP BY one",
    f"""
    SELECT detector, stage, count(), countIf(path_stage[-1] != 'browse') FROM findings AS g FINAL
    INNER JOIN (SELECT id, path_stage FROM sessions FINAL WHERE {WITHIN}) AS s ON s.id = g.session_id
    WHERE g.project = 'bench' GROUP BY detector, stage
    """,
]

WINDOW_FUNNEL = f"""
SELECT level, count() FROM (
    SELECT {PERSON} AS person, windowFunnel(1209600000)(
        toUInt64(toUnixTimestamp64Milli(occurred_at)), name = 'browse', name = 'basket', name = 'bought') AS level
    FROM events AS s {KNOWN}
    WHERE project = 'bench' AND toDate(occurred_at) BETWEEN '2026-01-01' AND '2026-01-30'
        AND occurred_at < '2026-01-30 00:00:00' AND name IN ('browse', 'basket', 'bought')
    GROUP BY person)
GROUP BY level
"""

BARE: Mapping[str, Sequence[str]] = {
    "stage funnel": [REACHED],
    "... strictly": [REACHED],
    "... in any order": [REACHED],
    "... by job": [REACHED.replace("SELECT", "SELECT job,").replace("GROUP BY", "GROUP BY job,")],
    "... with an exclusion": [REACHED],
    "... with an optional step": [REACHED],
    "... by day of entry": [
        REACHED.replace("SELECT", "SELECT toDate(started_at) AS day,").replace("GROUP BY", "GROUP BY day,")
    ],
    "... with two filters": [REACHED.replace(WITHIN, f"{WITHIN} AND job = 'gift' AND device = 'mobile'")],
    "... with a filter by job": [
        REACHED.replace("SELECT", "SELECT job,")
        .replace(WITHIN, f"{WITHIN} AND device = 'mobile'")
        .replace("GROUP BY", "GROUP BY job,")
    ],
    "... within an hour": [REACHED_WITHIN.replace("60000", "3600000")],
    "... within six minutes": [REACHED_WITHIN.replace("60000", "360000")],
    "... within a minute": [REACHED_WITHIN],
    "... each step within a minute": [REACHED_WITHIN],
    "... of new visitors": [
        REACHED.replace("FROM sessions FINAL", f"FROM sessions AS s FINAL {FIRST}").replace(
            WITHIN, f"{WITHIN} AND first_at = started_at"
        )
    ],
    "... of people": [PEOPLE_REACHED],
    "... by segment": [SAID_SEGMENT],
    "funnel of events": [WINDOW_FUNNEL],
    "... counts only": [WINDOW_FUNNEL],
    "jobs": [
        f"SELECT job, count(), countIf(finished > began), quantileIf(0.5)(finished - began, finished > began), "
        f"sum(worth) FROM ({ATTEMPTS}) GROUP BY job",
        SAID,
    ],
    "drop-offs": [
        f"SELECT place, count(), countIf(NOT {DONE} AND place IN ((path_stage[-1], ''), "
        f"(path_stage[-1], path_step[-1]))) FROM sessions FINAL {PLACES} WHERE {WITHIN} GROUP BY place",
        f"SELECT path_stage[-1] AS place, exit_page, count(), sum(value) FROM sessions FINAL "
        f"WHERE {WITHIN} AND NOT {DONE} GROUP BY place, exit_page",
        f"""
        SELECT stage, count() FROM (SELECT {PERSON} AS person, path_stage[-1] AS stage, ended_at AS left_at
            FROM sessions AS s FINAL {KNOWN} WHERE {WITHIN} AND NOT {DONE}) AS l
        INNER JOIN (SELECT {PERSON} AS person, max(ended_at) AS done_at FROM sessions AS s FINAL {KNOWN}
            WHERE project = 'bench' AND {DONE} GROUP BY person) AS d ON d.person = l.person
        WHERE done_at > left_at GROUP BY stage
        """,
        f"""
        SELECT stage, trail, count() AS n FROM (
            SELECT any(path_stage[-1]) AS stage,
                arraySlice(arraySort(groupArray((occurred_at, name, path))), -5).2 AS trail
            FROM {HEARD} WHERE occurred_at <= ended_at AND NOT has(path_stage, 'bought') GROUP BY id)
        GROUP BY stage, trail ORDER BY n DESC LIMIT 5 BY stage
        """,
        f"SELECT path_stage[-1] AS place, one, count(), countIf(NOT {DONE}) FROM sessions AS s FINAL {FIRST} {UNDER} "
        f"WHERE {WITHIN} GROUP BY place, one",
    ],
    "pain points": PAIN,
    "journey map": [
        *PAIN,
        f"""
        SELECT job, run.1 AS stage, count(), countIf({DONE}), quantile(0.5)(run.3 - run.2)
        FROM sessions FINAL ARRAY JOIN arrayZip(path_stage, path_started_at, path_ended_at) AS run
        WHERE {WITHIN} GROUP BY job, stage
        """,
    ],
    "paths": [
        f"""
        SELECT link, count(), countIf({DONE}) FROM sessions FINAL
        ARRAY JOIN arrayZip(arrayConcat([''], path_stage), arrayConcat(path_stage, [''])) AS link
        WHERE {WITHIN} GROUP BY link
        """,
        f"""
        SELECT n, link, count() FROM sessions FINAL
        ARRAY JOIN arrayZip(path_stage, arrayPushBack(arrayPopFront(path_stage), '')) AS link,
            arrayEnumerate(path_stage) AS n
        WHERE {WITHIN} AND n <= 5 GROUP BY n, link
        """,
    ],
    "conformance": [
        f"""
        SELECT job, stage, countIf(NOT has(path_stage, stage)) AS skipped,
            countIf(countEqual(path_stage, stage) > 1) AS again,
            countIf({DONE}), quantileIf(0.5)(ended_at - started_at, {DONE})
        FROM sessions FINAL ARRAY JOIN ['browse', 'basket', 'checkout', 'bought'] AS stage
        WHERE {WITHIN} GROUP BY job, stage
        """
    ],
    "circumstances": [
        f"SELECT one, job, count(), countIf(toUnixTimestamp64Milli(outcome_at) > 0) FROM sessions AS s FINAL "
        f"{FIRST} {UNDER} WHERE {WITHIN} GROUP BY one, job"
    ],
    "correlations": CORRELATIONS,
    "correlations with events": [
        *CORRELATIONS,
        f"SELECT name, uniqExact(id), uniqExactIf(id, path_stage[-1] != 'browse') FROM {HEARD} "
        f"WHERE occurred_at <= ended_at GROUP BY name",
    ],
    "retention of jobs": [
        f"""
        SELECT job, first, dateDiff('week', first, week) AS number, count() FROM (
            SELECT job, min(week) AS first, groupUniqArray(toMonday(started_at) AS week) AS weeks
            FROM (SELECT {PERSON} AS person, job, started_at FROM sessions AS s FINAL {KNOWN}
                WHERE {WITHIN} AND job NOT IN ('', 'unassigned')) GROUP BY person, job)
        ARRAY JOIN weeks AS week GROUP BY job, first, number
        """
    ],
    "trends": [
        f"SELECT toDate(started_at) AS day, count(), countIf(has(path_stage, 'bought')) FROM sessions FINAL "
        f"WHERE {WITHIN} AND has(path_stage, 'browse') GROUP BY day"
    ],
    "segments": [
        f"""
        SELECT person, count(), max(started_at), countIf({DONE}), sumIf(value, {DONE}) FROM (
            SELECT {PERSON} AS person, started_at, path_stage, outcome_at, value FROM sessions AS s FINAL {KNOWN}
            WHERE {WITHIN} AND (user != '' OR known_as != '')) GROUP BY person
        """,
        f"SELECT job, count() FROM ({ATTEMPTS_OF_CUSTOMERS}) WHERE finished <= began GROUP BY job",
        SAID,
        NEWCOMERS,
    ],
    "versions": [
        f"SELECT journey_version, count(), min(started_at), max(started_at), countIf({DONE}), sumMap(map(job, 1)) "
        f"FROM sessions FINAL WHERE {WITHIN} GROUP BY journey_version"
    ],
}
