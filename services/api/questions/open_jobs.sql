-- What became of the jobs that people set out to get done in a period, by job.
WITH
    -- include open_jobs

    of_period AS
    (
        SELECT * FROM ledger WHERE opened_ms >= {from_ms:Int64} AND opened_ms < {to_ms:Int64}
    )

SELECT
    job,
    count() AS opened,
    countIf(fate = 'done_at_once') AS done_at_once,
    countIf(fate = 'continued_later') AS continued_later,
    countIf(fate = 'done_elsewhere') AS done_elsewhere,
    countIf(fate = 'open') AS open,
    countIf(fate = 'abandoned') AS abandoned,
    uniqExact(person) AS people,
    avg(sessions) AS sessions_each,
    if(countIf(done_ms > 0) = 0, NULL, quantileExactInclusiveIf(0.5)(done_ms - opened_ms, done_ms > 0) / 1000) AS seconds_to_done
FROM of_period
GROUP BY job
ORDER BY opened DESC, job
