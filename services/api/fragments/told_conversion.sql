    -- Sessions that came to a place, and whether they came to another one at or after that.
    told AS
    (
        SELECT
            started_at, part, 0 AS amount,
            arrayFirstIndex(
                (s, p) -> {at:String} IN (toString(s), concat(s, '.', p)), path_stage, path_step) AS entry,
            arrayExists(
                (s, p, n) -> n >= entry AND {goal:String} IN (toString(s), concat(s, '.', p)),
                path_stage, path_step, arrayEnumerate(path_stage)) AS is_so
        FROM scoped
        WHERE entry > 0
    ),
