    -- The events of the sessions a question is about, each with its session's id and part. After scoped.
    scoped_events AS
    (
        SELECT heard.*, holder.id AS session_id, holder.part AS part
        FROM
        (
            SELECT *
            FROM events
            WHERE project = {project:String}
                AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at) + {longest_days:UInt16}
            LIMIT 1 BY visitor, id
        ) AS heard
        -- No two sessions of a visitor overlap, so the last that began before an event is the one it may be of.
        ASOF INNER JOIN (SELECT id, visitor, started_at, ended_at, part FROM scoped) AS holder
            ON holder.visitor = heard.visitor AND holder.started_at <= heard.occurred_at
        WHERE heard.occurred_at <= holder.ended_at
    ),
