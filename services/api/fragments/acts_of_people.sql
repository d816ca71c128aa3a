    fitting AS
    (
        SELECT multiIf(user != '', user, known_as != '', known_as, visitor) AS who, at_ms, id, fit
        FROM
        (
            SELECT
                visitor, id, user, toUnixTimestamp64Milli(occurred_at) AS at_ms,
                -- fit
                AS fit
            FROM events
            WHERE project = {project:String} AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at)
                AND occurred_at >= from_at AND occurred_at < to_at AND fit != 0
            LIMIT 1 BY visitor, id
        ) AS told
        LEFT JOIN identified USING (visitor)
    ),
