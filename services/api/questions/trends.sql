-- A measure by time: of how many of each bucket something is told, of how many of these it happened, and how much these
-- amount to.
WITH
    -- include scoped

    -- include told_value

    '' AS nothing

SELECT
    -- include begin_of_bucket
    AS begin,
    begin.1 AS begins, begin.2 AS hour, part,
    count() AS sessions, countIf(is_so) AS happened,
    arraySum(arraySort(groupArrayIf(toFloat64(amount), is_so))) AS total,
    quantileExactInclusiveIf(0.5)(toFloat64(amount), is_so) AS median
FROM told
GROUP BY begin, part
ORDER BY begin, part
LIMIT 50000
