    -- include units_of_ways

    -- include plain_chain

    followed AS
    (
        SELECT
            cells, taken_by[1] AS entry, length(times) = length(ks) AS finished,
            arrayMap(
                k -> (
                    toUInt8(k), {next:Array(UInt8)}[k] BETWEEN 1 AND length(times),
                    taken_by[k], taken_by[{next:Array(UInt8)}[k]]),
                arrayFilter(k -> k <= length(times) AND times[k] >= 0, ks)) AS hops
        FROM
        (
            -- By which place of the path, or which of the moments, each step was taken.
            SELECT
                cells, times,
                arrayMap(t -> toInt64(if(planned, intDiv(t, pace), indexOf(cells.2, t))), times) AS taken_by
            -- The limit is none: it keeps the filter from being pushed into the chains, which would work them out again.
            FROM (SELECT * FROM chained LIMIT 1000000000000)
            WHERE notEmpty(times)
        )
    ),
