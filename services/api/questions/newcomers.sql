-- New and returning visitors, and how their sessions went.
WITH
    -- include scoped

    -- include circumstances

    '' AS nothing

SELECT
    part, returning, uniqExact(cityHash64(visitor)) AS people, count() AS sessions,
    countIf(toUnixTimestamp64Milli(outcome_at) > 0 OR hasAny(path_stage, {done:Array(String)})) AS done
FROM circumstanced
GROUP BY part, returning
ORDER BY part, returning
