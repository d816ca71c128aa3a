    walk AS
    (
        SELECT
            id, opened_on, user, visitor, started_at, ended_at, state,
            path_stage, path_step, path_started_at, path_ended_at,
            -- part
            AS part
        -- include sessions_walked
            -- chosen
    ),

    -- include values_of_sessions

    -- A run fits a step of the funnel by its stage or by its stage.step: bit k of `fit` says that it fits step k,
    -- bit 0 that it excludes.
    counted AS
    (
        SELECT
            id, user, visitor, started_at, state, values,
            arrayMap((stage, step) -> bitOr(
                transform(stage, {steps:Array(String)}, bits, toUInt64(0)),
                bitOr(
                    transform(concat(stage, '.', step), {steps:Array(String)}, bits, toUInt64(0)),
                    toUInt64(has({exclude:Array(String)}, stage) OR has({exclude:Array(String)}, concat(stage, '.', step))))),
                path_stage, path_step) AS every_fit,
            arrayFilter(fit -> strict_order OR fit != 0, every_fit) AS fits,
            arrayMap(t -> toUnixTimestamp64Milli(t),
                arrayFilter((t, fit) -> strict_order OR fit != 0, path_started_at, every_fit)) AS began,
            arrayMap(t -> toUnixTimestamp64Milli(t),
                arrayFilter((t, fit) -> strict_order OR fit != 0, path_ended_at, every_fit)) AS ended
        FROM spoken
        WHERE notEmpty(fits)
    ),

    row_units AS
    (
        SELECT
            false AS planned, toLowCardinality('') AS path_key, emptyArrayUInt64() AS close,
            [('timed', state = 'open', toUInt64(1))] AS cells,
            values, [(started_at, id)] AS members, fits, began, ended
        FROM counted
    ),

    -- A run of somebody's is one number, since arrays of texts take several times as long, and as much memory: when it began
    -- (48 bits), the first 16 bytes of its session's id, its place in the path (16), what it fits (22) and how long it took.
    person_units AS
    (
        SELECT
            false AS planned, toLowCardinality('') AS path_key, emptyArrayUInt64() AS close,
            [('timed', false, toUInt64(1))] AS cells,
            values, members,
            arrayMap(run -> toUInt64(bitAnd(bitShiftRight(run, 42), 4194303)), sorted) AS fits,
            arrayMap(run -> toInt64(bitShiftRight(run, 208)), sorted) AS began,
            arrayMap((run, start) -> start + toInt64(bitAnd(run, 4398046511103)), sorted, began) AS ended,
            person
        FROM
        (
            SELECT
                person,
                arraySort(groupArrayArray(said)) AS values,
                arraySort(groupArrayArray(inside)) AS members,
                arraySort(groupArrayArray(runs)) AS sorted
            FROM
            (
                SELECT
                    multiIf(user != '', cityHash64(user), known_as != 0, known_as, visitor_hash) AS person, runs,
                    if(by = '', [], values) AS said, if({in_sessions:Bool}, [(started_at, id)], []) AS inside
                FROM
                (
                    SELECT
                        user, cityHash64(visitor) AS visitor_hash, values, started_at, id,
                        bitShiftLeft(reinterpretAsUInt256(reverse(rightPad(substring(id, 1, 16), 16, '\0'))), 80) AS session_bits,
                        arrayMap(
                            (n, fit, b, e) -> bitOr(bitOr(bitShiftLeft(toUInt256(b), 208), session_bits), bitOr(
                                bitShiftLeft(toUInt256(n), 64), bitOr(bitShiftLeft(toUInt256(fit), 42), toUInt256(e - b)))),
                            arrayEnumerate(fits), fits, began, ended) AS runs
                    FROM counted
                ) AS told
                LEFT ANY JOIN identified ON known = visitor_hash
            )
            GROUP BY person
        )
    ),

