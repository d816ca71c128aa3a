-- The same as funnel_of_paths.sql for each value of what events say: sessions of one path in which the same was said by
-- each place of it fare alike. What was said counts as of the place by which a step was taken, so no window may bind.
WITH
    -- include funnel_words

    -- include scoped_sessions

    -- include counted_rows

    -- include ways_of_paths

    -- include followed

    -- include went

    told_by_ways AS
    (
        SELECT
            hop, finished, n, open, walked_at,
            -- include value_of_said
            AS value
        FROM
        (
            SELECT hops, finished, entry, hops[-1].3 AS last_place, part, n, open, walked_at
            FROM went
            INNER JOIN followed ON went.way = cells.1
            WHERE n > 0 OR arrayExists(hop -> hop.2, hops)
        )
        ARRAY JOIN hops AS hop
    )

SELECT
    value, hop.1 AS k,
    -- include told_of_hops
FROM told_by_ways
GROUP BY value, k
LIMIT 20000
