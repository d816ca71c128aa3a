    -- What each session went through, in order: the journey's places, as `stage` or `stage.step`. After scoped.
    walked AS
    (
        SELECT
            id, part, started_at, ended_at, visitor, user, job,
            hasAny(path_stage, {done:Array(String)}) OR toUnixTimestamp64Milli(outcome_at) > 0 AS is_done,
            arrayMap((s, p) -> if(p = '', toString(s), concat(s, '.', p)), path_stage, path_step) AS labels,
            arrayMap(t -> toUnixTimestamp64Milli(t), path_started_at) AS moments
        FROM scoped
        WHERE notEmpty(path_stage)
    ),
