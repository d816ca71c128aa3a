    -- Ways, each followed once for all sessions that took it: by its moments, or (`planned`) by what comes after what
    -- alone. After `ways` (path_key, cells).
    units AS
    (
        SELECT
            empty(cells.2) AS planned, path_key,
            -- include close_of_path
            AS close,
            cells,
            CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), String))') AS values,
            CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), String))') AS members,
            -- include fits_of_path
            AS fits,
            arrayMap(n -> if(planned, toInt64(n * pace), cells.2[2 * n - 1]), arrayEnumerate(fits)) AS began,
            arrayMap(n -> if(planned, toInt64(n * pace + 1), cells.2[2 * n]), arrayEnumerate(fits)) AS ended
        FROM ways
        -- None, but it keeps what is asked of a way from being worked out for each session.
        LIMIT 1000000000000
    ),
