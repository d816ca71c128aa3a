-- What those who went on from a place had in common, and those who did not: for each factor how many had it, and how
-- many of these went on. A factor counts only as far as it was there before they went on, or before the session ended.
WITH
    {stages:Array(String)} AS stages,

    -- include scoped

    -- include circumstances

    -- include scoped_findings

    came AS
    (
        SELECT
            id, job, circumstances, began_here, arrayMin(goings) AS went_at, notEmpty(goings) AS went_on,
            if(went_on, went_at, toDateTime64('2299-01-01', 3, 'UTC')) AS before,
            arrayDistinct(arrayFilter(p -> p != '' AND p != {at:String}, arrayMap(
                (s, p, t) -> if(t < began_here, if(p = '', toString(s), concat(s, '.', p)), ''),
                path_stage, path_step, path_started_at))) AS passed
        FROM
        (
            SELECT
                *,
                arrayFirstIndex(
                    (s, p) -> {at:String} IN (toString(s), concat(s, '.', p)), path_stage, path_step) AS entry,
                path_started_at[entry] AS began_here,
                arrayFilter(
                    (t, s, p) -> t >= began_here AND if({goal:String} = '',
                        indexOf(stages, s) > indexOf(stages, path_stage[entry]),
                        {goal:String} IN (toString(s), concat(s, '.', p))),
                    path_started_at, path_stage, path_step) AS goings
            FROM circumstanced
            WHERE state = 'closed'
        )
        WHERE entry > 0
    ),

    met AS
    (
        SELECT DISTINCT
            came.id AS id, came.went_on AS went_on,
            concat(detector, '@', if(step = '', toString(stage), concat(stage, '.', step))) AS value
        FROM scoped_findings
        INNER JOIN came ON came.id = scoped_findings.session_id
        WHERE fate = '' AND detector NOT IN {drop_offs:Array(String)} AND occurred_at < came.before
    ),

    -- include acted

    '' AS nothing

SELECT kind, value, count() AS sessions, countIf(went_on) AS went_on
FROM
(
    SELECT went_on, one.1 AS kind, one.2 AS value
    FROM came
    ARRAY JOIN arrayConcat([('', '')], circumstances, arrayMap(place -> ('place', place), passed)) AS one
    UNION ALL
    SELECT went_on, 'finding' AS kind, value FROM met
    UNION ALL
    SELECT went_on, 'event' AS kind, value FROM acted
)
GROUP BY kind, value
HAVING kind = '' OR sessions >= {fewest:UInt32}
ORDER BY kind, value
LIMIT 5000
