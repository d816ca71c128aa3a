    -- Whom a funnel over any events follows: a session's or a person's events that fit some step of it, in order, with
    -- the values that units are told apart by (`values`) and the sessions they lie in (`members`), each with its moment.
    -- include funnel_words

    -- include identified_in_numbers

    -- include acts

    units AS
    (
        SELECT
            false AS planned, toLowCardinality('') AS path_key, emptyArrayUInt64() AS close,
            [('', is_open, toUInt64(1))] AS cells,
            values, members,
            arrayMap(act -> act.3, sorted) AS fits,
            arrayMap(act -> act.1, sorted) AS began,
            began AS ended
        FROM
        (
            SELECT
                max(open_session) AS is_open,
                arraySort(groupArrayIf((at_ms, id, fit, cityHash64(visitor_hash, id)), fit != 0)) AS every,
                -- An event that came twice counts once, as it was told first.
                arrayFilter((act, times) -> times = 1, every, arrayEnumerateUniq(every.4)) AS sorted,
                arrayMap(one -> (one.1, one.3), arraySort(
                    groupArrayIf((occurred_at, id, value), by NOT IN ('', 'hour', 'day', 'week', 'month')
                        AND (value != '' OR by NOT IN ('segment', 'property'))))) AS values,
                arraySort(groupArrayIf((occurred_at, session_id), {in_sessions:Bool} AND fit != 0)) AS members
            FROM fitting
            GROUP BY who
        )
        WHERE notEmpty(sorted)
    ),
