-- Of the sessions under each circumstance, how many had each job, and how many of these got it done; and of all.
WITH
    -- include scoped

    -- include circumstances

    marked AS
    (
        SELECT *, job AS mark, toUnixTimestamp64Milli(outcome_at) > 0 AS is_so
        FROM circumstanced
    ),

    -- include under

    '' AS nothing

SELECT kind, value, sum(with_job) OVER (PARTITION BY kind, value) AS sessions, job, with_job, done
FROM
(
    SELECT kind, value, toString(mark) AS job, sum(sessions) AS with_job, sum(happened) AS done
    FROM under
    WHERE kind NOT IN ('job', 'when')
    GROUP BY kind, value, job
)
QUALIFY sessions >= {fewest:UInt32} OR kind = ''
ORDER BY kind, value, job
LIMIT 20000
