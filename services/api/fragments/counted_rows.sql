    -- Sessions counted by when they began, in quarters of an hour where that matters, and by all else that such counts are
    -- asked for. After scoped.
    counted AS MATERIALIZED
    (
        -- include counts_of_rows
    ),
