    -- Whether each session was left for good: a drop-off is a closed session that reached neither a stage with the role
    -- `done` nor its job's outcome, at its last place. After `came` (scoped, or circumstanced).
    walked AS
    (
        SELECT
            *,
            state = 'closed' AND toUnixTimestamp64Milli(outcome_at) <= 0
                AND NOT hasAny(path_stage, {done:Array(String)}) AS dropped,
            toString(path_stage[-1]) AS last_stage, toString(path_step[-1]) AS last_step
        FROM came
    ),
