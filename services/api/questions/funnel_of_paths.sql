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

    waits AS
    (
        SELECT
            grouping(value) AS is_whole, value, hop.1 AS k, count() AS timed,
            quantilesExactInclusive(0.5, 0.75, 0.9)(moments[hop.4] - moments[hop.3]) AS quantiles
        FROM
        (
            SELECT
                ways_on, moments, toUnixTimestamp64Milli(first_at) + moments[entry] AS began_at,
                -- include value
                AS value
            FROM walked
            INNER JOIN
            (
                SELECT cells.1 AS way, entry, arrayFilter(hop -> hop.2, hops) AS ways_on
                FROM followed
                WHERE notEmpty(ways_on)
            ) AS plans ON plans.way = walked.way
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
            FROM (SELECT hops, finished, entry, arrayJoin(cells.2) AS cell FROM followed)
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
