    -- The events of the sessions a question is about: each that fits a step or says what units are told apart by.
    walk AS
    (
        SELECT
            id, opened_on, visitor, started_at, ended_at, state,
            -- part
            AS part
        FROM sessions FINAL
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate32(from_at) - {longest_days:UInt16} AND toDate32(to_at) + {longest_days:UInt16}
            AND if(by_person, ended_at, started_at) >= from_at AND started_at < to_at
            -- filters
    ),

    fitting AS
    (
        SELECT
            if(by_person, multiIf(user != '', cityHash64(user), known_as != 0, known_as, visitor_hash), session_hash) AS who,
            session_id, NOT by_person AND is_open AS open_session,
            occurred_at, toUnixTimestamp64Milli(occurred_at) AS at_ms, id, visitor_hash, fit,
            if(said != '', said, part) AS value
        FROM
        (
            SELECT
                cityHash64(visitor) AS visitor_hash, id, user, occurred_at,
                -- said
                AS said,
                -- fit
                AS fit
            FROM events
            WHERE project = {project:String}
                AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at) + {longest_days:UInt16}
                AND (NOT by_person OR (occurred_at >= from_at AND occurred_at < to_at))
                -- named
                AND (fit != 0 OR said != '')
        ) AS told
        -- No two sessions of a visitor overlap, so the last that began before an event is the one it may be of.
        ASOF INNER JOIN
        (
            SELECT
                id AS session_id, cityHash64(id) AS session_hash, cityHash64(visitor) AS walker, started_at AS walk_began,
                ended_at AS walk_ended,
                state = 'open' AS is_open, part
            FROM walk
        ) AS holder
            ON walker = visitor_hash AND walk_began <= occurred_at
        LEFT ANY JOIN identified ON known = visitor_hash
        WHERE occurred_at <= walk_ended
    ),
