    -- What each session went through, in order: its events by their names, or its pages by their paths. An event that
    -- comes again at once is told once. After scoped.
    -- include scoped_events

    walked AS
    (
        SELECT
            id, part, started_at, ended_at, visitor, user, job,
            hasAny(path_stage, {done:Array(String)}) OR toUnixTimestamp64Milli(outcome_at) > 0 AS is_done,
            arrayMap(act -> act.3, kept) AS labels, arrayMap(act -> act.1, kept) AS moments
        FROM scoped
        INNER JOIN
        (
            SELECT
                session_id,
                arraySort(groupArray((
                    toUnixTimestamp64Milli(occurred_at), id,
                    if({of:String} = 'pages', path, toString(name))))) AS every,
                arrayFilter((act, n) -> n = 1 OR act.3 != every[n - 1].3, every, arrayEnumerate(every)) AS kept
            FROM scoped_events
            WHERE {of:String} = 'events' OR (path != '' AND type IN ('page', 'screen'))
            GROUP BY session_id
        ) AS told ON told.session_id = scoped.id
    ),
