    -- Which events were there before a session went on. After came and scoped.
    -- include scoped_events

    acted AS
    (
        SELECT came.went_on AS went_on, toString(acts.name) AS value
        FROM (SELECT session_id, name, min(occurred_at) AS first_at FROM scoped_events GROUP BY session_id, name) AS acts
        INNER JOIN came ON came.id = acts.session_id
        WHERE acts.first_at < came.before
    ),
