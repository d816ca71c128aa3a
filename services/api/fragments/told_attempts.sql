    -- Attempts at jobs that are over, by when they began; whether they got done, and by how many moves or in what time.
    -- include attempts

    told AS
    (
        SELECT
            began_at AS started_at, part, is_done AS is_so,
            if({metric:String} = 'effort', toFloat64(moved), toFloat64(took)) AS amount
        FROM attempts
        INNER JOIN (SELECT cityHash64(id) AS opener, part FROM scoped) AS inside ON inside.opener = attempts.opener
        WHERE NOT is_undecided
    ),
