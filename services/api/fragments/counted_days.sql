    -- include day_marks

    -- Days whose counts are kept and hold, unless a span of theirs (in quarters of an hour) lies across an end of the period.
    kept AS MATERIALIZED
    (
        SELECT opened_on, quarter, parts, path_key, is_open, got_done, moved, way, moments, sessions
        FROM
        (
            SELECT *
            FROM session_counts FINAL
            WHERE project = {project:String} AND apart_by = {apart_by:String}
                AND opened_on BETWEEN toDate32(from_at) AND toDate32(to_at) + {longest_days:UInt16}
        ) AS counts
        INNER JOIN day_marks USING (opened_on, stored, fingerprint)
        WHERE notEmpty(quarter) AND NOT arrayExists(
            q -> (q * 900000 < {from_ms:Int64} AND (q + {span:UInt16}) * 900000 > {from_ms:Int64})
                OR (q * 900000 < {to_ms:Int64} AND (q + {span:UInt16}) * 900000 > {to_ms:Int64}),
            quarter)
    ),

    -- Sessions counted by when they began, in quarters of an hour, and by all else that such counts are asked for: of
    -- these days as they are kept, of the others by their rows. After scoped.
    counted AS MATERIALIZED
    (
        SELECT
            if({by_quarter:Bool}, cell.1, 0) AS quarter,
            if({part_at:UInt8} = 0, '', cell.2[greatest({part_at:UInt8}, 1)]) AS part, cell.3 AS path_key, cell.4 AS is_open,
            cell.5 AS got_done, if({by_run:Bool}, cell.6, '') AS moved, cell.7 AS way, cell.8 AS moments, cell.9 AS n
        FROM
        (
            SELECT arrayJoin(arrayZip(quarter, parts, path_key, is_open, got_done, moved, way, moments, sessions)) AS cell
            FROM kept
        )
        WHERE cell.1 * 900000 >= {from_ms:Int64} AND cell.1 * 900000 < {to_ms:Int64}
            AND arrayAll((value, only) -> only IN ('', value), cell.2, {only:Array(String)})

        UNION ALL

        -- include counts_of_rows
    ),
