    sum(n) AS entered, sumIf(n, hop.2) AS converted,
    sum(open) AS undecided_entered, sumIf(open, hop.2) AS undecided_converted,
    sumIf(n - open, finished) AS decided_finished,
    countIf(notEmpty(walked_at) AND hop.2) AS timed,
    if(timed = 0, [], quantilesExactInclusiveIf(0.5, 0.75, 0.9)(
        walked_at[hop.4] - walked_at[hop.3], notEmpty(walked_at) AND hop.2)) AS quantiles
