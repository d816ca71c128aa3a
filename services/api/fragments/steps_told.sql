SELECT
    value, k,
    sum(units_of) AS entered, sumIf(units_of, went_on) AS converted,
    sumIf(units_of, undecided) AS undecided_entered, sumIf(units_of, undecided AND went_on) AS undecided_converted,
    sumIf(units_of, NOT undecided AND finished) AS decided_finished,
    countIf(went_on AND is_timed) AS timed,
    if(timed > 0, quantilesExactInclusiveIf(0.5, 0.75, 0.9)(waited, went_on AND is_timed), []) AS quantiles
FROM taken
GROUP BY value, k
LIMIT 20000
