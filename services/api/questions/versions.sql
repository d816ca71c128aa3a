-- What each version of the journey made of the sessions that it labelled.
WITH
    -- include scoped

    -- What one path and one job make of a session is worked out once. By hashes of texts, which are worked out once for
    -- each text that there is: any two of 100,000 are alike with odds of 1 to 3 billion.
    alike AS
    (
        SELECT
            any(part_told) AS part, any(version_told) AS version, toString(any(job_told)) AS one_job, count() AS n,
            min(started_at) AS first_one, max(started_at) AS last_one, any(path_stage) AS stages_of,
            if(hasAny(stages_of, {done:Array(String)}), n, countIf(toUnixTimestamp64Milli(outcome_at) > 0)) AS got_done
        FROM
        (
            SELECT
                part AS part_told, journey_version AS version_told, job AS job_told,
                cityHash64(path_key) AS path, started_at, path_stage, outcome_at
            FROM scoped
        )
        GROUP BY cityHash64(part_told), cityHash64(version_told), cityHash64(job_told), path
    )

SELECT
    part, version, sum(n) AS sessions, min(first_one) AS first_at, max(last_one) AS last_at,
    sumIf(n, one_job NOT IN ('', 'unassigned')) AS assigned,
    sum(got_done) AS done,
    sumMap(map(one_job, n)) AS jobs,
    sumMap(mapFromArrays(arrayDistinct(arrayMap(s -> toString(s), stages_of)) AS came,
        arrayMap(s -> n, came))) AS stages_entered
FROM alike
GROUP BY part, version
ORDER BY part, last_at DESC, version
LIMIT 100 BY part
