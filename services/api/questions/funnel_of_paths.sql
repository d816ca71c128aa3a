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

    -- include went

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
    -- include told_of_hops
FROM told
ARRAY JOIN hops AS hop
GROUP BY
    -- sets
ORDER BY is_whole DESC
LIMIT 20000
