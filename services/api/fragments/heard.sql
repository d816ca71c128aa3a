    -- The events of some sessions, with the number of their session. After `walkers`: number, visitor_hash, began,
    -- finished. An event that came twice is here twice.
    heard AS
    (
        SELECT walkers.*, occurred_at, id, type, name, path, element
        FROM
        (
            -- include acts_heard
        ) AS acts
        -- No two sessions of a visitor overlap, so the last that began before an event is the one it may be of.
        ASOF INNER JOIN walkers ON walkers.visitor_hash = acts.visitor_hash AND walkers.began <= acts.occurred_at
        WHERE occurred_at <= finished
    ),
