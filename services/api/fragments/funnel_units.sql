    -- Whom a funnel follows, and what fits its steps: read from session rows, where an element of a path is a run of
    -- events at one place, with the moments of the first and the last of them.
    {unit:String} = 'person' AS by_person,
    {order:String} = 'any' AS any_order,
    {order:String} = 'strict' AS strict_order,
    {window_ms:Int64} AS window_ms,
    {tolerance_ms:Int64} AS tolerance_ms,
    {by:String} AS by,
    CAST([], 'Array(Array(Int64))') AS none,
    arrayEnumerate({steps:Array(String)}) AS ks,
    arrayMap(k -> bitShiftLeft(toUInt64(1), k), ks) AS bits,
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS from_at,
    fromUnixTimestamp64Milli({to_ms:Int64} + if(by_person, window_ms, 0), 'UTC') AS to_at,

    identified AS
    (
        SELECT visitor, argMax(user, ended_at) AS known_as
        FROM sessions FINAL
        WHERE by_person AND project = {project:String} AND user != ''
        GROUP BY visitor
    ),

    walk AS
    (
        SELECT
            id, opened_on, user, visitor, started_at, ended_at, state, job, journey_version,
            path_stage, path_step, path_started_at, path_ended_at
        FROM sessions FINAL
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate32(from_at) - {longest_days:UInt16}
                AND toDate32(to_at) + {longest_days:UInt16}
            AND if(by_person, ended_at, started_at) >= from_at AND started_at < to_at
            -- filters
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

    units AS
    (
        SELECT state = 'open' AS is_open, values, [(started_at, id)] AS members, fits, began, ended
        FROM counted
        WHERE NOT by_person

        UNION ALL

        SELECT
            false AS is_open,
            arraySort(groupArrayArray(values)) AS values,
            arraySort(groupArray((started_at, id))) AS members,
            arrayMap(run -> run.4, arraySort(groupArrayArray(runs)) AS sorted) AS fits,
            arrayMap(run -> run.1, sorted) AS began,
            arrayMap(run -> run.5, sorted) AS ended
        FROM
        (
            SELECT
                multiIf(user != '', user, known_as != '', known_as, visitor) AS person, values, started_at, id,
                arrayMap((n, fit, b, e) -> (b, id, n, fit, e), arrayEnumerate(fits), fits, began, ended) AS runs
            FROM counted
            LEFT JOIN identified USING (visitor)
            WHERE by_person
        )
        GROUP BY person
    ),
