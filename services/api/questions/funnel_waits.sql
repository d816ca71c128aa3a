-- How long the units of a funnel took from each step to the next that is not optional, of those who did.
WITH
    -- include funnel_units

    -- include plain_chain

    -- include taken

    , waits AS
    (
        -- include waits
    )

SELECT value, k, quantilesExactInclusive(0.5, 0.75, 0.9)(waited) AS quantiles
FROM waits
GROUP BY value, k
LIMIT 20000
