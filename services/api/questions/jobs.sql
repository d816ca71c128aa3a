-- What became of the attempts at each job. What an attempt is stands in fragments/attempts.sql.
WITH
    -- include scoped

    -- include attempts

    -- include attempts_told

    '' AS nothing

SELECT
    part, job,
    count() AS attempts, countIf(is_done) AS done, countIf(is_undecided) AS in_progress,
    countIf(NOT is_undecided AND NOT is_done) AS failed,
    countIf(is_done AND sessions_used > 1) AS done_in_several,
    sumMapIf(map(lasted, toUInt64(1)), is_done AND NOT is_rough) AS smooth_after,
    sumMapIf(map(lasted, toUInt64(1)), is_done AND is_rough) AS rough_after,
    sumMapIf(map(lasted, toUInt64(1)), is_undecided) AS going_on_after,
    uniqExact(person) AS people,
    quantilesExactInclusiveIf(0.5, 0.75, 0.9)(took, is_done) AS seconds,
    quantileExactInclusiveIf(0.5)(moved, is_done) AS median_moves,
    quantileExactInclusiveIf(0.5)(acted, is_done) AS median_acts,
    greatest(1, quantileExactInclusiveIf(0.1)(moved, is_done)) AS fastest_decile,
    arraySum(arraySort(groupArray(stake))) AS worth, arraySum(x -> x * x, arraySort(groupArray(stake))) AS squared_worth,
    topKIf(1)(currency, currency != '') AS currencies
FROM
(
    -- How many seconds until it was done, or until now; the longer, the coarser, so that there are few.
    SELECT
        *, if(is_done, toUInt32(took), toUInt32(greatest(0, ({as_of_ms:Int64} - toUnixTimestamp64Milli(began_at)) / 1000))) AS s,
        multiIf(s < 3600, s, s < 86400, intDiv(s, 60) * 60, intDiv(s, 3600) * 3600) AS lasted
    FROM attempts_told
)
GROUP BY part, job
ORDER BY part, attempts DESC, job
