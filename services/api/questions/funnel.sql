-- How many units (sessions or people) reached each step of a funnel. What each order means stands in funnel.py.
WITH
    -- include funnel_units

    -- include plain_chain

    -- include taken

SELECT
    value, k,
    sum(units_of) AS entered, sumIf(units_of, went_on) AS converted,
    sumIf(units_of, undecided) AS undecided_entered, sumIf(units_of, undecided AND went_on) AS undecided_converted,
    sumIf(units_of, NOT undecided AND finished) AS decided_finished,
    quantilesExactInclusiveIf(0.5, 0.75, 0.9)(waited, went_on) AS quantiles
FROM taken
GROUP BY value, k
LIMIT 20000
