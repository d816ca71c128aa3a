    -- Sessions with a job, and whether they got it done.
    told AS
    (
        SELECT started_at, part, 0 AS amount, toUnixTimestamp64Milli(outcome_at) > 0 AS is_so
        FROM scoped
        WHERE job NOT IN ('', 'unassigned')
    ),
