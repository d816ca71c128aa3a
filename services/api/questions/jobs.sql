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

    gone AS
    (
        SELECT attempts.*, met.is_rough AS is_rough
        FROM attempts
        LEFT JOIN
        (
            SELECT DISTINCT opener, true AS is_rough
            FROM (SELECT opener, arrayJoin(tries).2 AS session_id FROM attempts)
            WHERE session_id IN (SELECT session_id FROM rubbed)
        ) AS met ON met.opener = attempts.opener
    ),

    least AS
    (
        SELECT job, greatest(1, quantileExactInclusiveIf(0.1)(moved, is_done)) AS fastest_decile
        FROM attempts
        GROUP BY job
    )

SELECT
    job,
    count() AS attempts, countIf(is_done) AS done, countIf(is_undecided) AS in_progress,
    countIf(NOT is_undecided) AS decided,
    countIf(is_done AND length(tries) > 1) AS done_in_several,
    countIf(is_done AND NOT is_rough) AS smooth, countIf(is_done AND is_rough) AS rough,
    uniqExact(person) AS people,
    quantilesExactInclusiveIf(0.5, 0.75, 0.9)(took, is_done) AS seconds,
    quantileExactInclusiveIf(0.5)(moved, is_done) AS median_moves,
    quantileExactInclusiveIf(0.5)(acted, is_done) AS median_acts,
    any(least.fastest_decile) AS fastest_decile,
    arraySum(arraySort(groupArray(stake))) AS worth, arraySum(x -> x * x, arraySort(groupArray(stake))) AS squared_worth,
    topKIf(1)(currency, currency != '') AS currencies
FROM gone
INNER JOIN least ON least.job = gone.job
GROUP BY job
ORDER BY attempts DESC, job
