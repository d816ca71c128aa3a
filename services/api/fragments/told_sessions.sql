    -- All sessions, and whether they got done.
    told AS
    (
        SELECT
            started_at, part, 0 AS amount,
            hasAny(path_stage, {done:Array(String)}) OR toUnixTimestamp64Milli(outcome_at) > 0 AS is_so
        FROM scoped
    ),
