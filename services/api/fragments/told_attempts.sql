    -- Attempts at jobs, by when they began; of those that began a window ago or longer, whether they got done within a
    -- window from then, and by how many moves or in what time. Of later ones, or without that limit, only the quick would
    -- be known.
    -- include attempts

    told AS
    (
        SELECT
            began_at AS started_at, part,
            toUnixTimestamp64Milli(began_at) + {window_ms:Int64} <= {as_of_ms:Int64} AS is_over,
            is_over AND is_done AND took * 1000 <= {window_ms:Int64} AS is_so,
            if({metric:String} = 'effort', toFloat64(moved), toFloat64(took)) AS amount
        FROM attempts
        INNER JOIN (SELECT cityHash64(id) AS opener, part FROM scoped) AS inside ON inside.opener = attempts.opener
    ),
