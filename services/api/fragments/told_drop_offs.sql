    -- Closed sessions that came to a place, and whether they ended there without getting anywhere (left_places.sql).
    told AS
    (
        SELECT
            started_at, part, 0 AS amount,
            NOT hasAny(path_stage, {done:Array(String)}) AND toUnixTimestamp64Milli(outcome_at) <= 0
                AND {at:String} IN (toString(path_stage[-1]), concat(path_stage[-1], '.', path_step[-1])) AS is_so
        FROM scoped
        WHERE state = 'closed'
            AND arrayExists((s, p) -> {at:String} IN (toString(s), concat(s, '.', p)), path_stage, path_step)
    ),
