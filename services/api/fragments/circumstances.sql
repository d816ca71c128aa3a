    -- The sessions of the question, and whether their visitor had come before. After scoped.
    -- include first_visits

    circumstanced AS
    (
        SELECT *, cityHash64(cityHash64(visitor), started_at) NOT IN (SELECT visit FROM first_visits) AS returning
        FROM scoped
    ),
