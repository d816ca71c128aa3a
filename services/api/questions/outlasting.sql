-- Whether any session may outlast a window, so that this may bind: a row where one does. Days that are counted know how
-- long their longest session is, be it one that is asked about or not; of the others rows are read.
WITH
    -- include scoped

    -- include day_marks

    known_days AS MATERIALIZED
    (
        SELECT opened_on, longest_ms
        FROM
        (
            SELECT opened_on, stored, fingerprint, longest_ms
            FROM session_counts FINAL
            WHERE project = {project:String} AND notEmpty(quarter)
                AND opened_on BETWEEN toDate32(from_at) AND toDate32(to_at) + {longest_days:UInt16}
        ) AS counts
        INNER JOIN day_marks USING (opened_on, stored, fingerprint)
    )

SELECT true AS outlasts
FROM
(
    SELECT longest_ms FROM known_days

    UNION ALL

    SELECT
            -- include lasted
        AS longest_ms
    FROM scoped
    WHERE opened_on NOT IN (SELECT opened_on FROM known_days)
)
WHERE longest_ms > {windows:Array(Int64)}[1]
LIMIT 1
