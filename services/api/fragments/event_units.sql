    -- Whom a funnel over any events follows: a session's or a person's events that fit some step of it.
    -- include funnel_words

    -- include scoped_sessions

    -- include identified

    -- include acts

    units AS
    (
        SELECT
            false AS planned, toLowCardinality('') AS path_key, emptyArrayUInt64() AS close,
            [('', false, toUInt64(1))] AS cells,
            CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), String))') AS values,
            CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), String))') AS members,
            arrayMap(act -> act.3, sorted) AS fits,
            arrayMap(act -> act.1, sorted) AS began,
            began AS ended
        FROM
        (
            SELECT arraySort(groupArray((at_ms, id, fit))) AS sorted
            FROM fitting
            GROUP BY who
        )
    ),
