    -- Each way through the journey's places, with how many took it and the times between its places. After scoped.
    ways AS MATERIALIZED
    (
        SELECT
            part, arrayMap((s, p) -> if(p = '', toString(s), concat(s, '.', p)), stages_of, steps_of) AS labels,
            hasAny(stages_of, {done:Array(String)}) OR has_outcome AS is_done, n, waits
        FROM
        (
            SELECT
                part, any(path_stage) AS stages_of, any(path_step) AS steps_of,
                toUnixTimestamp64Milli(outcome_at) > 0 AS has_outcome,
                count() AS n, quantileExactInclusiveStateForEach(0.5)(arrayPopFront(arrayDifference(path_offset))) AS waits
            FROM scoped
            WHERE notEmpty(path_stage)
            GROUP BY part, path_key, has_outcome
        )
    ),
