    -- What events say of who acts and where, in order, where the breakdown is by something that sessions do not keep.
    told AS
    (
        SELECT visitor, arraySort(groupArray((occurred_at, said))) AS values
        FROM
        (
            SELECT
                visitor, id, occurred_at,
                -- said
                AS said
            FROM events
            WHERE project = {project:String}
                AND toDate(occurred_at) BETWEEN toDate(from_at) - {longest_days:UInt16} AND toDate(to_at) + {longest_days:UInt16}
                AND said != ''
            LIMIT 1 BY visitor, id
        )
        GROUP BY visitor
    ),

    spoken AS
    (
        SELECT walk.*, arrayFilter(one -> one.1 BETWEEN started_at AND ended_at, told.values) AS values
        FROM walk
        LEFT JOIN told ON told.visitor = walk.visitor
    ),
