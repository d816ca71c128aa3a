-- What became of the attempts at each job. What an attempt is stands in fragments/attempts.sql.
WITH
    -- include scoped

    -- include attempts

    '' AS nothing

SELECT
    job,
    count() AS attempts, countIf(is_done) AS done, countIf(is_undecided) AS in_progress,
    countIf(NOT is_undecided) AS decided,
    countIf(is_done AND sessions_used > 1) AS done_in_several,
    countIf(is_done AND NOT is_rough) AS smooth, countIf(is_done AND is_rough) AS rough,
    uniqExact(person) AS people,
    quantilesExactInclusiveIf(0.5, 0.75, 0.9)(took, is_done) AS seconds,
    quantileExactInclusiveIf(0.5)(moved, is_done) AS median_moves,
    quantileExactInclusiveIf(0.5)(acted, is_done) AS median_acts,
    greatest(1, quantileExactInclusiveIf(0.1)(moved, is_done)) AS fastest_decile,
    arraySum(arraySort(groupArray(stake))) AS worth, arraySum(x -> x * x, arraySort(groupArray(stake))) AS squared_worth,
    topKIf(1)(currency, currency != '') AS currencies
FROM attempts
GROUP BY job
ORDER BY attempts DESC, job
