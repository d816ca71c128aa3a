-- How sessions kept to the journey: at each place, who could have left it out, come again or come out of order, who
-- did, and how they fared, by job.
WITH
    -- include scoped

    {places:Array(String)} AS places,

    -- Sessions with one path and one job keep to the journey alike.
    walked AS
    (
        SELECT
            part, one_job, n, times,
            hasAny(stages_of, {done:Array(String)}) OR has_outcome AS is_done,
            arrayFilter(place -> place > 0, arrayMap(
                (s, p) -> indexOf(places, if(p = '', toString(s), concat(s, '.', p))), stages_of, steps_of)) AS way,
            arrayMap(n -> arrayMax(arraySlice(way, 1, n - 1)), arrayEnumerate(way)) AS furthest_before
        FROM
        (
            SELECT
                part, any(path_stage) AS stages_of, any(path_step) AS steps_of, toString(job) AS one_job,
                toUnixTimestamp64Milli(outcome_at) > 0 AS has_outcome, count() AS n,
                quantileExactInclusiveState(0.5)(
                    (toUnixTimestamp64Milli(ended_at) - toUnixTimestamp64Milli(started_at)) / 1000) AS times
            FROM scoped
            WHERE state = 'closed' AND notEmpty(path_stage)
            GROUP BY part, path_key, one_job, has_outcome
        )
    ),

    judged_places AS MATERIALIZED
    (
        SELECT
            part, one_job, n, times, is_done, place,
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
    part, kind, place, one_job AS job, deviates,
    sum(n) AS sessions, sumIf(n, is_done) AS done,
    quantileExactInclusiveMergeIf(0.5)(times, is_done) AS median_seconds
FROM
(
    SELECT part, one_job, n, times, is_done, place, 'skipped' AS kind, NOT was_there AS deviates
    FROM judged_places
    WHERE was_further
    UNION ALL
    SELECT part, one_job, n, times, is_done, place, 'repeated' AS kind, entries > 1 AS deviates
    FROM judged_places
    WHERE was_there
    UNION ALL
    SELECT part, one_job, n, times, is_done, place, 'inserted' AS kind, was_late AS deviates
    FROM judged_places
    WHERE was_there
)
GROUP BY GROUPING SETS ((part, kind, place, one_job, deviates), (part, kind, place, deviates))
ORDER BY part, kind, place, job, deviates
LIMIT 20000 BY part
