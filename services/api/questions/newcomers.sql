-- New and returning visitors, and how their sessions went.
WITH
    -- include scoped

    -- include first_visits

    '' AS nothing

SELECT
    first_at < started_at AS returning, uniqExact(visitor) AS people, count() AS sessions,
    countIf(hasAny(path_stage, {done:Array(String)}) OR toUnixTimestamp64Milli(outcome_at) > 0) AS done
FROM scoped
INNER JOIN seen_first USING (visitor)
GROUP BY returning
ORDER BY returning
