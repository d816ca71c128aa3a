    -- People followed as one where they fare alike in a funnel: those who one after another had sessions that each do the
    -- same to whoever comes to them, before, in and after the period, and that lie alike in all windows. `person` stands for
    -- somebody whose sessions overlap or lie across a bound of any of these: each of them is followed by moments.

    -- In which hour, day, week or month a moment lies, where people are told apart by that.
    began_at ->
            -- bucket
            AS bucket_of,

    -- What the paths that there are do to whoever comes to them, with a number for each that differs, and one path of it.
    paths_seen AS
    (
        SELECT DISTINCT
            path_key,
            -- part
            AS part
        FROM sessions FINAL
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate32(from_at) - {longest_days:UInt16}
                AND toDate32(to_at) + {longest_days:UInt16}
        -- None, but it keeps what is asked of a path from being worked out for each session.
        LIMIT 1000000000000
    ),

    (
        SELECT (
            arrayFlatten(groupArray(keys)),
            arrayFlatten(arrayMap((these, n) -> arrayWithConstant(length(these), toUInt32(n)), groupArray(keys) AS all_keys, arrayEnumerate(all_keys))),
            groupArray(of_one.1), groupArray(of_one.2), groupArray(said))
        FROM
        (
            SELECT groupArray(cityHash64(path_key, part)) AS keys, any(part) AS said, argMin((fits, close), length(path_key)) AS of_one
            FROM
            (
                SELECT
                    toString(path_key) AS path_key, part,
            -- include close_of_path
                    AS close,
            -- include fits_of_path
                    AS fits,
                    if(tolerance_ms = 0, fits, arrayMap(
                        (n, near) -> arrayReduce('groupBitOr', arraySlice(fits, n - near, near + 1)),
                        arrayEnumerate(fits), close)) AS nears,
                    -- include likeness
                    AS likeness
                FROM paths_seen
                WHERE arrayExists(fit -> fit != 0, fits) OR (strict_order AND path_key != '')
            )
            GROUP BY part, likeness
        )
    ) AS ways_known,

    -- A session as one number, by which it is sorted: when it began (48 bits), how long it was (32), and what it is: whether
    -- it lies across a bound, between which it lies, and the number of its way.
    sessions_of_people AS
    (
        SELECT
            multiIf(user != '', cityHash64(user), known_as != 0, known_as, visitor_hash) AS person,
            -- Not by a WHERE: before the join that takes twice as long.
            arraySort(groupArrayIf(session, way != 0)) AS sessions
        FROM
        (
            SELECT
                user, cityHash64(visitor) AS visitor_hash,
                toUnixTimestamp64Milli(started_at) AS first_ms, toUnixTimestamp64Milli(ended_at) AS last_ms,
                transform(cityHash64(
                    path_key,
                    -- part
                ), ways_known.1, ways_known.2, toUInt32(0)) AS way,
                (first_ms >= {from_ms:Int64}) + (first_ms >= {to_ms:Int64}) + 4 * (first_ms + window_ms > {as_of_ms:Int64}) AS lies,
                lies != (last_ms >= {from_ms:Int64}) + (last_ms >= {to_ms:Int64}) + 4 * (last_ms + window_ms > {as_of_ms:Int64})
                    OR (last_ms - first_ms > {binding_ms:Int64} AND position(path_key, '\n') > 0)
                    OR bucket_of(first_ms) != bucket_of(last_ms) AS lies_across,
                bitOr(
                    bitShiftLeft(toUInt128(first_ms), 80),
                    bitShiftLeft(toUInt128(last_ms - first_ms), 48)
                    + bitShiftLeft(toUInt64(lies_across), 47) + bitShiftLeft(toUInt64(lies), 32) + way) AS session
        -- include sessions_walked
        ) AS walked
        LEFT ANY JOIN identified ON known = visitor_hash
        GROUP BY person
    ),

    -- Whoever a window may bind stays by themselves: how their sessions lie in it is only worked out after this.
    people_but_for_windows AS
    (
        SELECT alone, bound, fare, count() AS n, any(first_of) AS starts, any(last_of) AS ends, any(kinds) AS kinds_of
        FROM
        (
            SELECT
                arrayMap(session -> toInt64(bitShiftRight(session, 80)), sessions) AS first_of,
                arrayMap((session, first) -> first + toInt64(bitAnd(bitShiftRight(session, 48), 4294967295)), sessions, first_of) AS last_of,
                arrayMap(session -> toUInt64(bitAnd(session, 281474976710655)), sessions) AS kinds,
                arrayExists(kind -> bitTest(kind, 47), kinds)
                    OR arrayExists(
                        (next, last) -> next - last < greatest(tolerance_ms, 1), arrayPopFront(first_of), arrayPopBack(last_of)) AS is_apart,
                if(is_apart, person, 0) AS alone,
                if(NOT is_apart AND last_of[-1] - first_of[1] > {binding_ms:Int64}, person, 0) AS bound,
                if(is_apart, 0, cityHash64(kinds, arrayMap(first -> bucket_of(first), first_of))) AS fare
            FROM sessions_of_people
            WHERE notEmpty(sessions)
        )
        GROUP BY alone, bound, fare
    ),

    people_alike AS MATERIALIZED
    (
        SELECT
            if(lies_across, greatest(alone, bound), alone) AS person, sum(n) AS people, any(starts) AS started,
            any(arrayMap(kind -> bitAnd(kind, 4294967295), kinds_of)) AS ways
        FROM
        (
            SELECT
                alone, bound, fare, n, starts, kinds_of,
                -- Of each session and window, how many later ones begin within it of the end, and end within it of the begin.
                arrayMap(
                    window -> arrayMap(
                        (last, number) -> arrayCount(first -> first - last <= window, arraySlice(starts, number + 1)),
                        ends, arrayEnumerate(ends)),
                    if(bound = 0, [], {windows:Array(Int64)})) AS begun_within,
                arrayMap(
                    window -> arrayMap(
                        (first, number) -> arrayCount(last -> last - first <= window, arraySlice(ends, number + 1)),
                        starts, arrayEnumerate(starts)),
                    if(bound = 0, [], {windows:Array(Int64)})) AS ended_within,
                begun_within != ended_within AS lies_across
            FROM people_but_for_windows
        )
        GROUP BY person, if(person = 0, cityHash64(fare, ended_within), 0)
    ),

    people_apart AS (SELECT person FROM people_alike WHERE person != 0),
