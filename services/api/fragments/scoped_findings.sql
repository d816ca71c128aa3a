    -- The findings of the sessions of the question, each with its `fate`: '' where it stands. After scoped.
    -- include standing
    scoped_findings AS
    (
        SELECT *
        FROM judged
        -- First the sessions in which anything was found: they are few.
        WHERE session_id IN (SELECT id FROM scoped WHERE id IN (SELECT session_id FROM found))
    ),
