    -- An attempt is of the part that the session is of which opened it.
    attempts_told AS
    (
        SELECT *
        FROM attempts
        INNER JOIN (SELECT cityHash64(id) AS opener, part FROM scoped) AS inside ON inside.opener = attempts.opener
    ),
