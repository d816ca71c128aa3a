    -- All sessions, whether they got done, and what that was worth.
    told AS
    (
        SELECT
            started_at, part, value AS amount, true AS is_over,
            hasAny(path_stage, {done:Array(String)}) OR toUnixTimestamp64Milli(outcome_at) > 0 AS is_so
        FROM scoped
    ),
