-- How many units (sessions or people) went through some events, one after another, and how long a share of them took,
-- where ids of events do not matter: of two at one moment either may come first, and nothing ends a chain.
WITH
    -- include funnel_words

    -- include identified_in_numbers

    -- include acts

    -- include ways_of_acts

    -- include followed_by_moments

    told AS
    (
        SELECT
            hops, finished, cells.1 AS n, cells.4 AS walks,
            cells.3 OR (by_person AND cells.2[entry] + window_ms > {as_of_ms:Int64}) AS undecided
        FROM followed
    )

SELECT
    '' AS value, hop.1 AS k,
    sum(n) AS entered, sumIf(n, hop.2) AS converted,
    sumIf(n, undecided) AS undecided_entered, sumIf(n, undecided AND hop.2) AS undecided_converted,
    sumIf(n, NOT undecided AND finished) AS decided_finished,
    quantilesExactInclusiveArrayIf(0.5, 0.75, 0.9)(arrayMap(moments -> moments[hop.4] - moments[hop.3], walks), hop.2) AS quantiles,
    sumIf(length(walks), hop.2) AS timed
FROM told
ARRAY JOIN hops AS hop
GROUP BY k
