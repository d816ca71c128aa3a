-- How sessions kept to the journey: at each place, who could have left it out, come again or come out of order, who
-- did, and how they fared, by job.
WITH
    -- include scoped

    {places:Array(String)} AS places,

    walked AS
    (
        SELECT
            id, toString(job) AS one_job,
            hasAny(path_stage, {done:Array(String)}) OR toUnixTimestamp64Milli(outcome_at) > 0 AS is_done,
            (toUnixTimestamp64Milli(ended_at) - toUnixTimestamp64Milli(started_at)) / 1000 AS lasted,
            arrayMap((s, p) -> indexOf(places, if(p = '', toString(s), concat(s, '.', p))), path_stage, path_step) AS every,
            arrayFilter(place -> place > 0, every) AS way,
            arrayMap(n -> arrayMax(arraySlice(way, 1, n - 1)), arrayEnumerate(way)) AS furthest_before
        FROM scoped
        WHERE state = 'closed' AND notEmpty(path_stage)
    ),

    judged_places AS
    (
        SELECT
            id, one_job, is_done, lasted, place,
            countEqual(way, place) AS entries,
            entries > 0 AS was_there,
            arrayMax(way) > place AS was_further,
            -- Its first time came only after a later place.
            was_there AND furthest_before[indexOf(way, place)] > place AS was_late
        FROM walked
        ARRAY JOIN arrayEnumerate(places) AS place
        WHERE notEmpty(way)
    )

SELECT
    kind, place, one_job AS job, deviates,
    count() AS sessions, countIf(is_done) AS done,
    quantileExactInclusiveIf(0.5)(lasted, is_done) AS median_seconds
FROM
(
    SELECT one_job, is_done, lasted, place, 'skipped' AS kind, NOT was_there AS deviates FROM judged_places WHERE was_further
    UNION ALL
    SELECT one_job, is_done, lasted, place, 'repeated' AS kind, entries > 1 AS deviates FROM judged_places WHERE was_there
    UNION ALL
    SELECT one_job, is_done, lasted, place, 'inserted' AS kind, was_late AS deviates FROM judged_places WHERE was_there
)
GROUP BY GROUPING SETS ((kind, place, one_job, deviates), (kind, place, deviates))
ORDER BY kind, place, job, deviates
LIMIT 20000
