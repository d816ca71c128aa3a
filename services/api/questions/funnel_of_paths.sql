-- How many sessions reached each step of a funnel of the journey, and how long they took, where all that took one path
-- fare alike: a path is followed once. What each order means stands in funnel.py.
WITH
    -- include funnel_words

    -- include scoped_sessions

    -- include counted_rows

    ways AS
    (
        SELECT path_key, groupArray((part, quarter, moved, n, open)) AS cells
        FROM
        (
            SELECT path_key, part, quarter, moved, sum(counted.n) AS n, sumIf(counted.n, is_open) AS open
            FROM counted
            GROUP BY path_key, part, quarter, moved
        )
        GROUP BY path_key
    ),

    -- By path: the run by which step 1 was taken, whether the last step was, and `hops`: for each step that was taken its
    -- number, whether the next that is required was, too, and the runs by which.
    -- include followed

    waits AS
    (
        SELECT
            grouping(value) AS is_whole, value, hop.1 AS k, count() AS timed,
            quantilesExactInclusive(0.5, 0.75, 0.9)(path_offset[hop.4] - path_offset[hop.3]) AS quantiles
        FROM
        (
            SELECT
                ways_on, path_offset, toUnixTimestamp64Milli(path_started_at[entry]) AS began_at,
                -- include value
                AS value
            FROM
            (
                SELECT cityHash64(path_key) AS path_hash, path_offset, path_started_at, part
                FROM scoped
                WHERE true
                    -- timed
            ) AS walked
            INNER JOIN
            (
                SELECT cityHash64(path_key) AS path_hash, entry, arrayFilter(hop -> hop.2, hops) AS ways_on
                FROM followed
                WHERE notEmpty(ways_on)
            ) AS plans ON plans.path_hash = walked.path_hash
        )
        ARRAY JOIN ways_on AS hop
        GROUP BY GROUPING SETS ((value, k), (k))
    ),

    told AS
    (
        SELECT value, hops, finished, sum(n) AS n, sum(open) AS open
        FROM
        (
            SELECT
                hops, finished, cell.1 AS part, cell.4 AS n, cell.5 AS open,
                toInt64(cell.2 + toUInt32OrZero(splitByChar(',', cell.3)[entry])) * 900000 AS began_at,
                -- include value
                AS value
            FROM (SELECT hops, finished, entry, arrayJoin(cells) AS cell FROM followed)
        )
        GROUP BY value, hops, finished
    )

-- `is_whole` has the rows of all sessions, else each is of those of one value.
SELECT is_whole, value, k, entered, converted, undecided_entered, undecided_converted, decided_finished, quantiles, timed
FROM
(
    SELECT
        grouping(value) AS is_whole, value, hop.1 AS k,
        sum(n) AS entered, sumIf(n, hop.2) AS converted,
        sum(open) AS undecided_entered, sumIf(open, hop.2) AS undecided_converted,
        sumIf(n - open, finished) AS decided_finished
    FROM told
    ARRAY JOIN hops AS hop
    GROUP BY GROUPING SETS ((value, k), (k))
) AS cells_told
LEFT JOIN waits USING (is_whole, value, k)
LIMIT 20000
