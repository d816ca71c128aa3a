    -- Whom a funnel follows, and what fits its steps: read from session rows, where an element of a path is a run of
    -- events at one place, with the moments of the first and the last of them.
    --
    -- A unit is either a session or a person, followed by the moments of its acts; or (`planned`) a path, followed once
    -- for all sessions that took it, of which `cells` has the counts by (value, is open). A path has no moments but
    -- those that say what comes after what, so its windows never bind: sessions in which they could are followed one by
    -- one. `close` says of each run how many before it count as of one moment with it.
    -- include funnel_words

    -- include scoped_sessions

    -- include identified

    walk AS
    (
        SELECT
            id, opened_on, user, visitor, started_at, ended_at, state,
            path_stage, path_step, path_started_at, path_ended_at,
            -- part
            AS part
        FROM sessions FINAL
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate32(from_at) - {longest_days:UInt16}
                AND toDate32(to_at) + {longest_days:UInt16}
            AND if(by_person, ended_at, started_at) >= from_at AND started_at < to_at
            AND (NOT {binds:Bool} OR ended_at - started_at > {binding_ms:Int64} / 1000)
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

    row_units AS
    (
        SELECT
            false AS planned, toLowCardinality('') AS path_key, emptyArrayUInt64() AS close,
            [('', state = 'open', toUInt64(1))] AS cells,
            values, [(started_at, id)] AS members, fits, began, ended
        FROM counted
    ),

    person_units AS
    (
        SELECT
            false AS planned, toLowCardinality('') AS path_key, emptyArrayUInt64() AS close,
            [('', false, toUInt64(1))] AS cells,
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
        )
        GROUP BY person
    ),

    ways AS
    (
        SELECT way AS path_key, groupArray((value, is_open, n)) AS cells
        FROM
        (
            SELECT path_key AS way, part AS value, state = 'open' AS is_open, count() AS n
            FROM scoped
            WHERE NOT {binds:Bool} OR ended_at - started_at <= {binding_ms:Int64} / 1000
            GROUP BY way, value, is_open
        )
        GROUP BY way
        -- None, but it keeps what is asked of a path from being worked out for each session.
        LIMIT 1000000000000
    ),

    -- include path_units

    -- include units
