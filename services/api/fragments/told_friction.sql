    -- Sessions that came to a place, and whether a detector (or any, intended friction aside) found something there.
    -- include scoped_findings

    told AS
    (
        SELECT
            started_at, part, 0 AS amount, true AS is_over,
            id IN
            (
                SELECT session_id
                FROM scoped_findings
                WHERE fate = '' AND {at:String} IN (toString(stage), concat(stage, '.', step))
                    AND if({detector:String} = '', NOT intended, detector = {detector:String})
                    AND {page:String} IN ('', page) AND {element:String} IN ('', element)
            ) AS is_so
        FROM scoped
        WHERE arrayExists((s, p) -> {at:String} IN (toString(s), concat(s, '.', p)), path_stage, path_step)
    ),
