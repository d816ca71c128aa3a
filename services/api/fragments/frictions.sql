    -- What got in the way: the findings of the days in question but for abandonments, which are the effect of friction.
    -- None of these is ever taken back, so nothing need be known of who came back.
    frictions AS MATERIALIZED
    (
        SELECT session_id, detector, stage, step, severity, intended, occurred_at
        FROM findings FINAL
        WHERE project = {project:String} AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32}
            AND detector NOT IN {drop_offs:Array(String)}
    ),
