    -- Sessions counted by when they began, in quarters of an hour where that matters, and by all else that such counts are
    -- asked for. After scoped.
    counted AS
    (
        SELECT
            if({by_quarter:Bool}, intDiv(toUnixTimestamp64Milli(started_at), 900000), 0) AS quarter, part, path_key,
            state = 'open' AS is_open, {by_outcome:Bool} AND toUnixTimestamp64Milli(outcome_at) > 0 AS got_done,
            -- include moved_on
            AS moved, count() AS n
        FROM scoped
        WHERE true
            -- brief
        GROUP BY quarter, part, path_key, is_open, got_done, moved
    ),
