-- The same by ClickHouse's own windowFunnel: how many units got to which step, and nothing else.
WITH
    -- include funnel_words

    -- include identified_in_numbers

    -- include acts

SELECT '' AS value, arrayJoin(range(1, reached + 1)) AS k, count() AS entered
FROM
(
    SELECT
        windowFunnel({window_ms:Int64})(
            toUInt64(at_ms),
            -- marks
        ) AS reached
    FROM fitting
    GROUP BY who
)
GROUP BY k
