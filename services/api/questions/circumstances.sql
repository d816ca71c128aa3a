-- Of the sessions under each circumstance, how many had each job, and how many of these got it done; and of all.
WITH
    -- include scoped

    -- include circumstances

    marked AS
    (
        SELECT *, (part, job) AS mark, toUnixTimestamp64Milli(outcome_at) > 0 AS is_so
        FROM circumstanced
    ),

    -- include under

    '' AS nothing

SELECT part, kind, value, sum(with_job) OVER (PARTITION BY part, kind, value) AS sessions, job, with_job, done
FROM
(
    SELECT mark.1 AS part, kind, value, toString(mark.2) AS job, sum(sessions) AS with_job, sum(happened) AS done
    FROM under
    WHERE kind NOT IN ('job', 'when')
    GROUP BY part, kind, value, job
)
QUALIFY sessions >= {fewest:UInt32} OR kind = ''
ORDER BY part, kind, value, job
LIMIT 20000 BY part
