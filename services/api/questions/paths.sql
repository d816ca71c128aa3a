-- Which place, page or event directly followed which, in how many sessions, and how these went on.
WITH
    -- include scoped

    -- include places_walked

    chosen AS
    (
        SELECT
            *,
            {around:String} AS sought,
            indexOf(labels, sought) AS found,
            multiIf(
                sought = '', arraySlice(labels, 1, {depth:UInt16} + 1),
                {side:String} = 'before', arraySlice(labels, greatest(1, found - {depth:Int32}),
                    least(found, {depth:Int32} + 1)),
                arraySlice(labels, found, {depth:UInt16} + 1)) AS near,
            multiIf(sought = '' OR {side:String} = 'after', 0, -toInt32(length(near)) + 1) AS first_at
        FROM walked
        WHERE sought = '' OR has(labels, sought)
    ),

    linked AS
    (
        SELECT
            id, is_done, 'follows' AS kind, toInt32(0) AS position, one.1 AS a, one.2 AS b, one.3 AS waited
        FROM walked
        ARRAY JOIN arrayZip(
            arrayConcat([''], labels), arrayConcat(labels, ['']),
            arrayConcat([0.], arrayMap((t, n) -> if(n < length(moments), (moments[n + 1] - t) / 1000, 0.),
                moments, arrayEnumerate(moments)))) AS one

        UNION ALL

        SELECT id, is_done, 'flows' AS kind, toInt32(first_at + n - 1) AS position, near[n] AS a, near[n + 1] AS b, 0. AS waited
        FROM chosen
        ARRAY JOIN range(1, toUInt32(length(near)) + if({side:String} = 'before' AND sought != '', 0, 1)) AS n
        WHERE n <= {depth:UInt16}
    )

SELECT
    kind, position, a, b, uniqExact(id) AS sessions, count() AS times,
    uniqExactIf(id, is_done) AS converted, quantileExactInclusiveIf(0.5)(waited, a != '' AND b != '') AS median_seconds
FROM linked
GROUP BY kind, position, a, b
ORDER BY kind, sessions DESC, position, a, b
LIMIT {links:UInt32} BY kind
