    -- Attempts at jobs whose window is over, by when they began; whether they got done, and by how many moves or in what
    -- time. Of the others only the quick would be known.
    -- include attempts

    told AS
    (
        SELECT
            began_at AS started_at, part, is_done AS is_so,
            if({metric:String} = 'effort', toFloat64(moved), toFloat64(took)) AS amount
        FROM attempts
        INNER JOIN (SELECT cityHash64(id) AS opener, part FROM scoped) AS inside ON inside.opener = attempts.opener
        WHERE toUnixTimestamp64Milli(began_at) + {window_ms:Int64} <= {as_of_ms:Int64}
    ),
