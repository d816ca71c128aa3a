    -- Sessions that take the same way are those of one path that were over before a window could bind; and of the others
    -- those of one path whose moments lie alike: the same ones are no further apart than each length in `compared`.
    -- These fare alike, so one of them is followed. `cells` has the way's number, their counts, and that one's moments.
    outlasting AS
    (
        SELECT
            id, path_key, part, state = 'open' AS is_open, path_started_at[1] AS first_at,
            -- When it came to each place of the path, and was there last, counted from the first.
            arrayFlatten(arrayMap(
                (came, was) -> [toInt64(came), toUnixTimestamp64Milli(was) - toUnixTimestamp64Milli(first_at)],
                path_offset, path_ended_at)) AS moments,
            cityHash64(path_key, arrayMap(
                length_of -> arrayMap(
                    (moment, n) -> arrayCount(later -> later - moment <= length_of, arraySlice(moments, n + 1)),
                    moments, arrayEnumerate(moments)),
                {compared:Array(Int64)})) AS way,
            if({by_quarter:Bool}, toUInt32(intDiv(toUnixTimestamp64Milli(started_at), 900000)), 0) AS quarter,
            if({by_run:Bool}, arrayStringConcat(
                arrayMap(t -> toString(intDiv(toUnixTimestamp64Milli(first_at) + t, 900000) - quarter), moments), ','), '') AS moved
        FROM scoped
        WHERE
            -- include outlasts
    ),

    ways AS
    (
        -- include path_cells

        UNION ALL

        SELECT
            any(path) AS path_key,
            (outlasted.way, groupArray((part, quarter, moved, n, open)), any(some_moments)) AS cells
        FROM
        (
            SELECT
                way, part, quarter, moved, count() AS n, countIf(is_open) AS open,
                any(path_key) AS path, any(moments) AS some_moments
            FROM outlasting
            GROUP BY way, part, quarter, moved
        ) AS outlasted
        GROUP BY outlasted.way
    ),

    -- Of sessions that are timed, how long after its begin they were at each place, or at each of those moments.
    walked AS
    (
        SELECT
            cityHash64(path_key) AS way, arrayMap(t -> toInt64(t), path_offset) AS moments,
            path_started_at[1] AS first_at, part
        FROM scoped
            -- include rows_over_in_time
            -- timed

        UNION ALL

        SELECT way, moments, first_at, part
        FROM outlasting
        WHERE true
            -- timed
    ),
