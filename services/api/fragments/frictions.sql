    -- What got in the way: the findings of the days in question that are neither meant nor an abandonment, which is the
    -- effect of friction. None of these is ever taken back, so nothing need be known of who came back.
    frictions AS MATERIALIZED
    (
        SELECT session_id, detector, stage, step, severity, occurred_at
        FROM findings FINAL
        WHERE project = {project:String} AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32}
            AND detector NOT IN {drop_offs:Array(String)} AND NOT intended
    ),
