-- What became of the attempts at each job. What an attempt is stands in fragments/attempts.sql.
WITH
    -- include scoped

    -- include standing

    -- include attempts

    -- Sessions with clear friction: anything found in them that is neither slight nor meant, nor the abandonment itself.
    rubbed AS
    (
        SELECT DISTINCT session_id
        FROM judged
        WHERE fate = '' AND severity >= 2 AND NOT intended AND detector NOT IN {drop_offs:Array(String)}
    ),

    -- In the order in which they were made, so that a sum of the same numbers is the same sum.
    gone AS
    (
        SELECT attempts.*, met.rough AS rough
        FROM (SELECT * FROM attempts ORDER BY began_at, opener) AS attempts
        LEFT JOIN
        (
            SELECT DISTINCT opener, true AS rough
            FROM (SELECT opener, arrayJoin(tries).2 AS session_id FROM attempts)
            WHERE session_id IN (SELECT session_id FROM rubbed)
        ) AS met ON met.opener = attempts.opener
    ),

    least AS
    (
        SELECT job, greatest(1, quantileExactInclusiveIf(0.1)(moves, done)) AS fastest_decile
        FROM attempts
        GROUP BY job
    )

SELECT
    job,
    count() AS attempts, countIf(done) AS done, countIf(in_progress) AS in_progress,
    count() - countIf(in_progress) AS decided,
    countIf(done AND length(tries) > 1) AS done_in_several,
    countIf(done AND NOT rough) AS smooth, countIf(done AND rough) AS rough,
    uniqExact(person) AS people,
    quantilesExactInclusiveIf(0.5, 0.75, 0.9)(seconds, done) AS seconds,
    quantileExactInclusiveIf(0.5)(moves, done) AS median_moves,
    quantileExactInclusiveIf(0.5)(acts, done) AS median_acts,
    any(fastest_decile) AS fastest_decile,
    sum(worth) AS worth, sum(worth * worth) AS squared_worth,
    topKIf(1)(currency, currency != '') AS currencies
FROM gone
INNER JOIN least USING (job)
GROUP BY job
ORDER BY attempts DESC, job
