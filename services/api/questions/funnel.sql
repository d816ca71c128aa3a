-- How many units (sessions or people) reached each step of a funnel, and how long they took.
-- What each order means stands in funnel.py.
WITH
    -- include funnel_units

    -- include plain_chain

    -- include taken

SELECT
    value, k,
    count() AS entered, countIf(went_on) AS converted,
    countIf(undecided) AS undecided_entered, countIf(undecided AND went_on) AS undecided_converted,
    countIf(NOT undecided AND finished) AS decided_finished,
    quantilesExactInclusiveIf(0.5, 0.75, 0.9)(waited, went_on) AS seconds
FROM taken
GROUP BY value, k
ORDER BY max(if(k = 1, entered, 0)) OVER (PARTITION BY value) DESC, value, k
LIMIT 20000
