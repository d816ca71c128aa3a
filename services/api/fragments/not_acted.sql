    -- No event is asked about: reading them takes longest.
    acted AS
    (
        SELECT '' AS part, '' AS value, toUInt64(0) AS sessions, toUInt64(0) AS went_on
        WHERE false
    ),

    followed AS (SELECT '' AS part, toUInt64(0) AS sessions, toUInt64(0) AS went_on WHERE false),
