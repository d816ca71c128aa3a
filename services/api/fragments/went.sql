    -- How many sessions took each way; and each session that is timed, with when it was at each of its way's moments, or
    -- came to each place where it has none.
    went AS
    (
        SELECT way, part, quarter, moved, sum(counted.n) AS n, sumIf(counted.n, is_open) AS open, emptyArrayInt64() AS walked_at
        FROM counted
        GROUP BY way, part, quarter, moved

        UNION ALL

        SELECT
            way, part, 0 AS quarter, '' AS moved, 0 AS n, 0 AS open,
            if(empty(marks), arrayMap(t -> toUnixTimestamp64Milli(t), path_started_at), arrayMap(mark -> intDiv(mark, 2), marks)) AS walked_at
        FROM
        (
            SELECT
                -- include alike_by_path
                path_started_at, part
            FROM scoped
            WHERE true
                -- timed
        )
    ),
