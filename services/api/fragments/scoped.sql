    -- The sessions a question is about: of one project, begun in its period, that pass its filters; `part` is what
    -- they are told apart by, '' unless asked.
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS from_at,
    fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC') AS to_at,

    -- include scoped_sessions
