-- How long the units of a funnel took from each step to the next that is not optional, of those who did.
WITH
    -- include funnel_units

    -- include plain_chain

    -- include taken

    , waits AS
    (
        -- Of sessions whose path was followed for all that took it.
        SELECT value, way.1 AS k, toUInt64(path_offset[way.3] - path_offset[way.2]) AS waited
        FROM
        (
            SELECT path_key, path_offset, part AS value
            FROM scoped
            WHERE NOT {binds:Bool} OR ended_at - started_at <= {binding_ms:Int64} / 1000
        ) AS walked
        INNER JOIN
        (
            SELECT
                path_key,
                arrayMap(
                    k -> (k, intDiv(times[k], pace), intDiv(times[{next:Array(UInt8)}[k]], pace)),
                    arrayFilter(
                        k -> k <= length(times) AND times[k] >= 0 AND {next:Array(UInt8)}[k] BETWEEN 1 AND length(times),
                        ks)) AS ways
            FROM (SELECT * FROM chained LIMIT 1000000000000)
            WHERE planned AND notEmpty(ways)
        ) AS plans ON plans.path_key = walked.path_key
        ARRAY JOIN ways AS way

        UNION ALL

        -- Of units that were followed one by one.
        SELECT value, k, waited
        FROM taken
        WHERE NOT planned AND went_on
    )

SELECT value, k, quantilesExactInclusive(0.5, 0.75, 0.9)(waited) AS quantiles
FROM waits
GROUP BY value, k
LIMIT 20000
