    -- Of each path, where it came first to a place, and whether it was at another one from there on. After scoped.
    paths AS MATERIALIZED
    (
        SELECT
            path_key, any(path_stage) AS stages_of, any(path_step) AS steps_of,
            arrayFirstIndex((s, p) -> {at:String} IN (toString(s), concat(s, '.', p)), stages_of, steps_of) AS entry,
            arrayExists(
                (s, p, n) -> n >= entry AND {goal:String} IN (toString(s), concat(s, '.', p)),
                stages_of, steps_of, arrayEnumerate(stages_of)) AS gets_there,
            {at:String} IN (toString(stages_of[-1]), concat(stages_of[-1], '.', steps_of[-1])) AS ends_here,
            hasAny(stages_of, {done:Array(String)}) AS gets_done
        FROM scoped
        GROUP BY path_key
        HAVING entry > 0
    ),
