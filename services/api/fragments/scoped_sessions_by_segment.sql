    -- As scoped_sessions; `part` is what the visitor was last said to be of within the session, '' where nothing was said.
    segments_told AS
    (
        SELECT visitor, arraySort(groupArray((occurred_at, id, segment))) AS told
        FROM
        (
            SELECT
                visitor, occurred_at, id,
                -- include said_of_segment
                AS segment
            FROM events
            WHERE project = {project:String}
                AND toDate(occurred_at) BETWEEN toDate(from_at) - {longest_days:UInt16} AND toDate(to_at) + {longest_days:UInt16}
                AND segment != ''
        )
        GROUP BY visitor
    ),

    scoped AS
    (
        SELECT
            walk.*, arrayLast(one -> one.1 BETWEEN started_at AND ended_at, told).3 AS segment,
            -- part
            AS part
        FROM
        (
            SELECT *
            FROM sessions FINAL
            WHERE project = {project:String}
                AND opened_on BETWEEN toDate32(from_at) AND toDate32(to_at) + {longest_days:UInt16}
                AND started_at >= from_at AND started_at < to_at
            -- filters
        ) AS walk
        LEFT JOIN segments_told ON segments_told.visitor = walk.visitor
    ),
