    -- Closed sessions that came to a place, and whether they ended there without getting anywhere (left_places.sql).
    -- include paths_to

    told AS
    (
        SELECT
            started_at, part, 0 AS amount,
            toUnixTimestamp64Milli(outcome_at) <= 0
                AND path_key IN (SELECT path_key FROM paths WHERE ends_here AND NOT gets_done) AS is_so
        FROM scoped
        WHERE state = 'closed' AND path_key IN (SELECT path_key FROM paths)
    ),
