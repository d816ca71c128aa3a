    {steps:Array(String)} AS steps,

    -- A path's runs, each with its stage, its stage.step, and how many runs before it count as of one moment with it.
    taken_paths AS
    (
        SELECT
            cells,
            -- include runs_of_path
            arrayMap(run -> if(tolerance_ms > 0, toInt64OrZero(run[3]), 0), runs) AS close
        FROM ways
    ),

    -- By which run each step was reached, 0 from the first that was not. A step may lie before the one reached last only as
    -- far as these count as of one moment. Strictly, each start is followed, since another stage may break the first.
    followed AS
    (
        SELECT
            cells, arrayFirst(way -> length(way) = arrayMax(w -> length(w), ways), ways) AS way,
            arrayMap(k -> arrayMax(arraySlice(way, 1, k)), arrayEnumerate(way)) AS reached_by,
            reached_by[1] AS entry, length(way) = length(steps) AS finished,
            arrayMap(
                (k, run) -> (toUInt8(k), k < length(way), run, reached_by[k + 1]), arrayEnumerate(reached_by), reached_by) AS hops
        FROM
        (
            SELECT
                cells,
                arrayMap(
                    start -> arrayFilter(n -> n > 0, arrayFold(
                        (way, step, before) -> arrayPushBack(way, toInt64(arrayFirst(
                            (n, stage, label) -> step IN (stage, label) AND NOT has(way, 0)
                                AND (any_order OR n + close[arrayMax(way)] >= arrayMax(way))
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
                    if(strict_order, every, arraySlice(every, 1, 1)) AS starts
                FROM taken_paths
                WHERE notEmpty(every)
                LIMIT 1000000000000
            )
        )
    ),
