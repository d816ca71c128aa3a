    -- include path_units

    units AS (SELECT * FROM path_units),

    -- include chain_with_rules

    followed AS MATERIALIZED
    (
        SELECT
            path_key, cells, toInt64(intDiv(times[1], pace)) AS entry, length(times) = length(ks) AS finished,
            arrayMap(
                k -> (
                    toUInt8(k), {next:Array(UInt8)}[k] BETWEEN 1 AND length(times),
                    intDiv(times[k], pace), intDiv(times[{next:Array(UInt8)}[k]], pace)),
                arrayFilter(k -> k <= length(times) AND times[k] >= 0, ks)) AS hops
        -- The limit is none: it keeps the filter from being pushed into the chains, which would work them out again.
        FROM (SELECT * FROM chained LIMIT 1000000000000)
        WHERE notEmpty(times)
    ),
