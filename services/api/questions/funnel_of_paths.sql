-- How many sessions reached each step of a funnel of the journey, and how long they took, where all that took one way
-- fare alike: a way is followed once. What each order means stands in funnel.py.
WITH
    -- include funnel_words

    -- include scoped_sessions

    -- include counted_rows

    -- include ways_of_paths

    -- By way: the place by which step 1 was taken, whether the last step was, and `hops`: for each step that was taken its
    -- number, whether the next that is required was, too, and the places by which.
    -- include followed

    -- How many sessions took each way; and each session that is timed, with when it was at each of its way's moments, or
    -- came to each place where it has none.
    went AS
    (
        SELECT way, part, quarter, moved, sum(counted.n) AS n, sumIf(counted.n, is_open) AS open, emptyArrayInt64() AS walked_at
        FROM counted
        GROUP BY way, part, quarter, moved

        UNION ALL

        SELECT
            way, part, 0 AS quarter, '' AS moved, 0 AS n, 0 AS open,
            if(empty(marks), arrayMap(t -> toUnixTimestamp64Milli(t), path_started_at), arrayMap(mark -> intDiv(mark, 2), marks)) AS walked_at
        FROM
        (
            SELECT
                -- include alike_by_path
                path_started_at, part
            FROM scoped
            WHERE true
                -- timed
        )
    ),

    told AS
    (
        SELECT
            hops, finished, n, open, walked_at,
            if(empty(walked_at), toInt64(quarter + toUInt32OrZero(splitByChar(',', moved)[entry])) * 900000, walked_at[entry]) AS began_at,
            -- include value
            AS value
        FROM went
        INNER JOIN followed ON went.way = cells.1
        WHERE n > 0 OR arrayExists(hop -> hop.2, hops)
    )

-- `is_whole` has the rows of all sessions, which are never those too many; else each is of those of one value.
SELECT
    grouping(value) AS is_whole, value, hop.1 AS k,
    sum(n) AS entered, sumIf(n, hop.2) AS converted,
    sum(open) AS undecided_entered, sumIf(open, hop.2) AS undecided_converted,
    sumIf(n - open, finished) AS decided_finished,
    countIf(notEmpty(walked_at) AND hop.2) AS timed,
    if(timed = 0, [], quantilesExactInclusiveIf(0.5, 0.75, 0.9)(
        walked_at[hop.4] - walked_at[hop.3], notEmpty(walked_at) AND hop.2)) AS quantiles
FROM told
ARRAY JOIN hops AS hop
GROUP BY
    -- sets
ORDER BY is_whole DESC
LIMIT 20000
