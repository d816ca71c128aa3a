    -- The events of people, whatever sessions they lie in: each that fits a step or says what units are told apart by.
    fitting AS
    (
        SELECT
            multiIf(user != '', user, known_as != '', known_as, visitor) AS who, '' AS session_id, false AS open_session,
            occurred_at, toUnixTimestamp64Milli(occurred_at) AS at_ms, id, fit, said AS value
        FROM
        (
            SELECT
                visitor, id, user, occurred_at,
                -- said
                AS said,
                -- fit
                AS fit
            FROM events
            WHERE project = {project:String} AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at)
                AND occurred_at >= from_at AND occurred_at < to_at AND (fit != 0 OR said != '')
            LIMIT 1 BY visitor, id
        ) AS told
        LEFT JOIN identified USING (visitor)
    ),
