        SELECT
            path_key, (cityHash64(path_key), groupArray((part, quarter, moved, n, open)), emptyArrayInt64()) AS cells
        FROM
        (
            SELECT path_key, part, quarter, moved, sum(counted.n) AS n, sumIf(counted.n, is_open) AS open
            FROM counted
            GROUP BY path_key, part, quarter, moved
        )
        GROUP BY path_key
