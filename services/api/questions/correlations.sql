-- What those who went on from a place had in common, and those who did not: for each factor how many had it, and how
-- many of these went on. A factor counts only as far as it was there before they went on, or before the session ended.
WITH
    {stages:Array(String)} AS stages,

    -- include scoped

    -- include circumstances

    -- What a path says of whoever took it: where it came to the place, where it went on from there (0: nowhere), and
    -- what it had passed before.
    paths AS MATERIALIZED
    (
        SELECT
            path_key,
            arrayMap((s, p) -> if(p = '', toString(s), concat(s, '.', p)), any(path_stage) AS s, any(path_step) AS p) AS labels,
            arrayFirstIndex((stage, label) -> {at:String} IN (toString(stage), label), s, labels) AS entry,
            arrayFirstIndex(
                (stage, label, n) -> n >= entry AND if({goal:String} = '',
                    indexOf(stages, stage) > indexOf(stages, s[entry]), {goal:String} IN (toString(stage), label)),
                s, labels, arrayEnumerate(labels)) AS going,
            arrayDistinct(arrayFilter(label -> label != {at:String}, arraySlice(labels, 1, entry - 1))) AS passed
        FROM scoped
        WHERE state = 'closed'
        GROUP BY path_key
        HAVING entry > 0
    ),

    -- Sessions and visitors are hashes, since the names of millions would take most of the memory.
    came AS MATERIALIZED
    (
        SELECT
            part, cityHash64(id) AS number, cityHash64(visitor) AS visitor_hash, started_at, ended_at,
            circumstanced.path_key AS path_key, job, job_rules, device, browser, os, country, referrer_class, source, medium,
            campaign, returning, going > 0 AS is_so,
            if(going > 0, path_started_at[going], toDateTime64('2299-01-01', 3, 'UTC')) AS before
        FROM circumstanced
        INNER JOIN paths ON paths.path_key = circumstanced.path_key
        WHERE state = 'closed'
    ),

    marked AS (SELECT *, part AS mark FROM came),

    -- include under

    -- include frictions

    met AS
    (
        SELECT DISTINCT
            came.part AS part, came.number AS number, came.is_so AS is_so,
            concat(detector, '@', if(step = '', toString(stage), concat(stage, '.', step))) AS value
        FROM frictions
        INNER JOIN
        (
            SELECT part, number, is_so, before FROM came WHERE number IN (SELECT cityHash64(session_id) FROM frictions)
        ) AS came
            ON came.number = cityHash64(frictions.session_id)
        WHERE occurred_at < came.before
    ),

    -- include acted

    '' AS nothing

SELECT part, kind, value, sessions, went_on
FROM
(
    SELECT mark AS part, kind, value, sessions, happened AS went_on FROM under
    UNION ALL
    SELECT part, 'place' AS kind, place AS value, sum(n) AS sessions, sum(so) AS went_on
    FROM (SELECT part, path_key, count() AS n, countIf(is_so) AS so FROM came GROUP BY part, path_key) AS ways
    INNER JOIN paths ON paths.path_key = ways.path_key
    ARRAY JOIN passed AS place
    GROUP BY part, place
    UNION ALL
    SELECT part, 'finding' AS kind, value, count() AS sessions, countIf(is_so) AS went_on FROM met GROUP BY part, value
    UNION ALL
    SELECT part, 'event' AS kind, value, sessions, went_on FROM acted
    UNION ALL
    SELECT part, 'followed' AS kind, '' AS value, sessions, went_on FROM followed
)
WHERE kind IN ('', 'followed') OR sessions >= {fewest:UInt32}
ORDER BY part, kind, value
LIMIT 5000 BY part
