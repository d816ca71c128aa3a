    -- The findings of the sessions a question is about, each with its `fate`: '' where it stands. After scoped.
    -- include standing
    scoped_findings AS
    (
        SELECT *
        FROM judged
        WHERE session_id IN (SELECT id FROM scoped)
    ),
