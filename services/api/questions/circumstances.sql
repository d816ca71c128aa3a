-- Of the sessions under each circumstance, how many had each job, and how many of these got it done; and of all.
WITH
    -- include scoped

    -- include circumstances

    told AS
    (
        SELECT
            toString(job) AS one_job, toUnixTimestamp64Milli(outcome_at) > 0 AS is_done,
            arrayFilter(one -> one.1 NOT IN ('job', 'when'), circumstances) AS under
        FROM circumstanced
    )

SELECT kind, value, any(under_it) AS sessions, job, sum(with_job) AS with_job, sum(done) AS done
FROM
(
    SELECT one.1 AS kind, one.2 AS value, one_job AS job, count() AS with_job, countIf(is_done) AS done
    FROM told
    ARRAY JOIN arrayConcat([('', '')], under) AS one
    GROUP BY kind, value, job
) AS by_job
INNER JOIN
(
    SELECT one.1 AS kind, one.2 AS value, count() AS under_it
    FROM told
    ARRAY JOIN arrayConcat([('', '')], under) AS one
    GROUP BY kind, value
) AS together USING (kind, value)
WHERE under_it >= {fewest:UInt32} OR kind = ''
GROUP BY kind, value, job
ORDER BY kind, value, job
LIMIT 20000
