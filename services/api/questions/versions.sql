-- What each version of the journey made of the sessions that it labelled.
WITH
    -- include scoped
    '' AS nothing
SELECT
    journey_version AS version, count() AS sessions, min(started_at) AS first_at, max(started_at) AS last_at,
    countIf(job NOT IN ('', 'unassigned')) AS assigned,
    countIf(hasAny(path_stage, {done:Array(String)}) OR toUnixTimestamp64Milli(outcome_at) > 0) AS done,
    sumMap(map(toString(job), toUInt64(1))) AS jobs,
    sumMap(mapFromArrays(arrayDistinct(arrayMap(s -> toString(s), path_stage)) AS came,
        arrayMap(s -> toUInt64(1), came))) AS stages_entered
FROM scoped
GROUP BY version
ORDER BY last_at DESC, version
LIMIT 100
