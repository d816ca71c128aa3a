    -- Ways through events, each followed once, by the moments of one unit that took it. After `ways` (fits, cells).
    units AS
    (
        SELECT
            false AS planned, toLowCardinality('') AS path_key, emptyArrayUInt64() AS close, cells,
            CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), String))') AS values,
            CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), String))') AS members,
            fits, cells.2 AS began, began AS ended
        FROM ways
        -- None, but it keeps what is asked of a way from being worked out for each unit.
        LIMIT 1000000000000
    ),
