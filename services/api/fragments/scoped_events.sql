    -- The events of the sessions a question is about, each with its session's id and part. After scoped.
    scoped_events AS
    (
        SELECT heard.*, session_id, part
        FROM
        (
            SELECT *
            FROM events
            WHERE project = {project:String}
                AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at) + {longest_days:UInt16}
            LIMIT 1 BY visitor, id
        ) AS heard
        -- No two sessions of a visitor overlap, so the last that began before an event is the one it may be of.
        ASOF INNER JOIN (SELECT id AS session_id, visitor AS walker, started_at AS began, ended_at AS finished, part FROM scoped) AS holder
            ON walker = heard.visitor AND began <= heard.occurred_at
        WHERE heard.occurred_at <= finished
    ),
