-- How many sessions reached each step of a funnel of the journey, and how long they took, where all that took one path
-- fare alike: a path is followed once. What each order means stands in funnel.py.
WITH
    -- include scoped

    -- include counted_rows

    {steps:Array(String)} AS steps,

    -- A path's runs, each with its stage, its stage.step, and how many runs before it count as of one moment with it.
    taken_paths AS
    (
        SELECT
            path_key, groupArray((value, n, open)) AS cells,
            arrayMap(run -> splitByChar('\t', run), splitByChar('\n', path_key)) AS runs,
            arrayMap(run -> run[1], runs) AS stages_of,
            arrayMap(run -> concat(run[1], '.', run[2]), runs) AS labels,
            arrayMap(run -> if({tolerance_ms:Int64} > 0, toInt64OrZero(run[3]), 0), runs) AS close
        FROM (SELECT path_key, part AS value, sum(counted.n) AS n, sumIf(counted.n, is_open) AS open FROM counted GROUP BY path_key, value)
        GROUP BY path_key
    ),

    -- By which run each step was reached, 0 from the first that was not. A step may lie before the one reached last only as
    -- far as these count as of one moment. Strictly, each start is followed, since another stage may break the first.
    followed AS MATERIALIZED
    (
        SELECT
            path_key, cells, arrayFirst(way -> length(way) = arrayMax(w -> length(w), ways), ways) AS way,
            arrayMap(k -> arrayMax(arraySlice(way, 1, k)), arrayEnumerate(way)) AS reached_by
        FROM
        (
            SELECT
                path_key, cells,
                arrayMap(
                    start -> arrayFilter(n -> n > 0, arrayFold(
                        (way, step, before) -> arrayPushBack(way, toInt64(arrayFirst(
                            (n, stage, label) -> step IN (stage, label) AND NOT has(way, 0)
                                AND ({order:String} = 'any' OR n + close[arrayMax(way)] >= arrayMax(way))
                                -- between
                                ,
                            arrayEnumerate(labels), stages_of, labels))),
                        arrayPopFront(steps), arrayPopBack(steps), [toInt64(start)])),
                    starts) AS ways
            FROM
            (
                SELECT
                    *,
                    arrayFilter((n, stage, label) -> steps[1] IN (stage, label), arrayEnumerate(labels), stages_of, labels) AS every,
                    if({order:String} = 'strict', every, arraySlice(every, 1, 1)) AS starts
                FROM taken_paths
                WHERE notEmpty(every)
                LIMIT 1000000000000
            )
        )
    ),

    waits AS
    (
        SELECT
            grouping(value) AS is_whole, value, hop.1 AS k, count() AS timed,
            quantilesExactInclusive(0.5, 0.75, 0.9)(path_offset[hop.3] - path_offset[hop.2]) AS quantiles
        FROM
        (
            SELECT cityHash64(path_key) AS path_hash, path_offset, part AS value
            FROM scoped
            WHERE true
                -- timed
        ) AS walked
        INNER JOIN
        (
            SELECT
                cityHash64(path_key) AS path_hash,
                arrayZip(arrayEnumerate(arrayPopFront(reached_by)), arrayPopBack(reached_by), arrayPopFront(reached_by)) AS hops
            FROM followed
            WHERE length(reached_by) > 1
        ) AS plans ON plans.path_hash = walked.path_hash
        ARRAY JOIN hops AS hop
        GROUP BY GROUPING SETS ((value, k), (k))
    )

-- `is_whole` has the rows of all sessions, else each is of those of one value.
SELECT is_whole, value, k, entered, converted, undecided_entered, undecided_converted, decided_finished, quantiles, timed
FROM
(
    SELECT
        grouping(value) AS is_whole, cell.1 AS value, k,
        sum(cell.2) AS entered, sumIf(cell.2, k < reached) AS converted,
        sum(cell.3) AS undecided_entered, sumIf(cell.3, k < reached) AS undecided_converted,
        sumIf(cell.2 - cell.3, reached = length(steps)) AS decided_finished
    FROM (SELECT arrayJoin(cells) AS cell, length(reached_by) AS reached FROM followed)
    ARRAY JOIN range(1, reached + 1) AS k
    GROUP BY GROUPING SETS ((value, k), (k))
) AS cells_told
LEFT JOIN waits USING (is_whole, value, k)
LIMIT 20000
