    -- Sessions that take the same way are those of one path. `cells` has its number, their counts, and no moments, since
    -- none matter.
    ways AS
    (
        -- include path_cells
    ),

    -- Of sessions that are timed, how long after its begin they were at each place.
    walked AS
    (
        SELECT cityHash64(path_key) AS way, path_offset AS moments, path_started_at[1] AS first_at, part
        FROM scoped
        WHERE true
            -- timed
    ),
