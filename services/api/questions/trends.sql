-- A measure by time: of how many of each bucket something is told, of how many of these it happened, how much these
-- amount to, and of how many it cannot be told yet.
WITH
    -- include scoped

    -- include told_value

    '' AS nothing

SELECT
    begin.1 AS begins, begin.2 AS hour,
    -- of_part
    AS part,
    -- of_line
    AS line,
    sessions, happened, in_progress, total, median
FROM
(
    SELECT
        -- include begin_of_bucket
        AS begin,
        part AS cell,
        countIf(is_over) AS sessions, countIf(is_so) AS happened, countIf(NOT is_over) AS in_progress,
        arraySum(arraySort(groupArrayIf(toFloat64(amount), is_so))) AS total,
        quantileExactInclusiveIf(0.5)(toFloat64(amount), is_so) AS median
    FROM told
    GROUP BY begin, cell
)
ORDER BY part, begin, line
LIMIT 50000 BY part
