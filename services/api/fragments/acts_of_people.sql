    -- The events of people, whatever sessions they lie in: each that fits a step or says what units are told apart by.
    fitting AS
    (
        SELECT
            multiIf(user != '', cityHash64(user), known_as != 0, known_as, visitor_hash) AS who, '' AS session_id,
            false AS open_session, occurred_at, toUnixTimestamp64Milli(occurred_at) AS at_ms, id, visitor_hash, fit, said AS value
        FROM
        (
            SELECT
                cityHash64(visitor) AS visitor_hash, id, user, occurred_at,
                -- said
                AS said,
                -- fit
                AS fit
            FROM events
            WHERE project = {project:String} AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at)
                AND occurred_at >= from_at AND occurred_at < to_at
                -- named
                AND (fit != 0 OR said != '')
        ) AS told
        LEFT ANY JOIN identified ON known = visitor_hash
    ),
