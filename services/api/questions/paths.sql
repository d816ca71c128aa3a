-- Which place, page or event directly followed which, in how many sessions, and how these went on.
WITH
    -- include scoped

    -- include ways_of_places

    {around:String} AS sought,

    followed AS
    (
        SELECT
            part, one.1 AS a, one.2 AS b, sum(n) AS sessions, sum(n * countEqual(pairs, one)) AS times,
            sumIf(n, is_done) AS converted
        FROM (SELECT part, is_done, n, arrayZip(arrayConcat([''], labels), arrayConcat(labels, [''])) AS pairs FROM ways)
        ARRAY JOIN arrayDistinct(pairs) AS one
        GROUP BY part, a, b
    ),

    waited AS
    (
        SELECT part, one.1 AS a, one.2 AS b, quantileExactInclusiveMerge(0.5)(one.3) / 1000 AS median_seconds
        FROM ways
        ARRAY JOIN arrayZip(arrayPopBack(labels), arrayPopFront(labels), waits) AS one
        GROUP BY part, a, b
    ),

    chosen AS
    (
        SELECT
            part, is_done, n AS sessions,
            indexOf(labels, sought) AS found,
            multiIf(
                sought = '', arraySlice(labels, 1, {depth:UInt16} + 1),
                {side:String} = 'before', arraySlice(labels, greatest(1, found - {depth:Int32}),
                    least(found, {depth:Int32} + 1)),
                arraySlice(labels, found, {depth:UInt16} + 1)) AS near,
            multiIf(sought = '' OR {side:String} = 'after', 0, -toInt32(length(near)) + 1) AS first_at
        FROM ways
        WHERE sought = '' OR has(labels, sought)
    )

SELECT part, kind, position, a, b, sessions, times, converted, median_seconds
FROM
(
    SELECT part, 'follows' AS kind, toInt32(0) AS position, a, b, sessions, times, converted,
        if(a != '' AND b != '', waited.median_seconds, nan) AS median_seconds
    FROM followed
    LEFT JOIN waited USING (part, a, b)

    UNION ALL

    SELECT part, 'flows' AS kind, toInt32(first_at + n - 1) AS position, near[n] AS a, near[n + 1] AS b,
        sum(chosen.sessions) AS sessions, sum(chosen.sessions) AS times, sumIf(chosen.sessions, is_done) AS converted, nan
    FROM chosen
    ARRAY JOIN range(1, toUInt32(length(near)) + if({side:String} = 'before' AND sought != '', 0, 1)) AS n
    WHERE n <= {depth:UInt16}
    GROUP BY part, position, a, b
)
ORDER BY part, kind, sessions DESC, position, a, b
LIMIT {links:UInt32} BY part, kind
