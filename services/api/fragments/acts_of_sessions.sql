    -- include scoped_events
    fitting AS
    (
        SELECT
            if(by_person, multiIf(user != '', user, known_as != '', known_as, visitor), session_id) AS who,
            id, toUnixTimestamp64Milli(occurred_at) AS at_ms,
            -- fit
            AS fit
        FROM scoped_events AS told
        LEFT JOIN identified USING (visitor)
        WHERE fit != 0
    ),
