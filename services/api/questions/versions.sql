-- What each version of the journey made of the sessions that it labelled.
WITH
    -- include scoped

    -- What one path and one job make of a session is worked out once.
    alike AS
    (
        SELECT
            part, journey_version, toString(job) AS one_job, count() AS n, min(started_at) AS first_one, max(started_at) AS last_one,
            any(path_stage) AS stages_of,
            if(hasAny(stages_of, {done:Array(String)}), n, countIf(toUnixTimestamp64Milli(outcome_at) > 0)) AS got_done
        FROM scoped
        GROUP BY part, journey_version, one_job, path_key
    )

SELECT
    part, journey_version AS version, sum(n) AS sessions, min(first_one) AS first_at, max(last_one) AS last_at,
    sumIf(n, one_job NOT IN ('', 'unassigned')) AS assigned,
    sum(got_done) AS done,
    sumMap(map(one_job, n)) AS jobs,
    sumMap(mapFromArrays(arrayDistinct(arrayMap(s -> toString(s), stages_of)) AS came,
        arrayMap(s -> n, came))) AS stages_entered
FROM alike
GROUP BY part, version
ORDER BY part, last_at DESC, version
LIMIT 100 BY part
