    -- What customers said of themselves in the sessions of the question, each of the job they named, else of their
    -- session's. Read by name, which the events are sorted by. After scoped.
    stated AS MATERIALIZED
    (
        SELECT visitor, name, occurred_at, props
        FROM events
        WHERE project = {project:String}
            AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at) + {longest_days:UInt16}
            AND name IN ('done_stated', 'recommendation_stated', 'job_rated')
        LIMIT 1 BY visitor, id
    ),

    said AS
    (
        SELECT
            acts.visitor AS visitor, walk.part AS part, name,
            if(JSONExtractString(props, 'job') != '', JSONExtractString(props, 'job'), toString(walk.job)) AS job,
            lower(trim(BOTH '"' FROM JSONExtractRaw(props, 'done'))) AS word,
            toFloat64OrNull(trim(BOTH '"' FROM JSONExtractRaw(props, 'score'))) AS score,
            toFloat64OrNull(trim(BOTH '"' FROM JSONExtractRaw(props, 'importance'))) AS importance,
            toFloat64OrNull(trim(BOTH '"' FROM JSONExtractRaw(props, 'satisfaction'))) AS satisfaction
        FROM stated AS acts
        -- No two sessions of a visitor overlap, so the last that began before an event is the one it may be of.
        ASOF INNER JOIN
        (
            SELECT visitor, part, job, started_at, ended_at
            FROM scoped
            WHERE cityHash64(visitor) IN (SELECT cityHash64(visitor) FROM stated)
        ) AS walk
            ON walk.visitor = acts.visitor AND walk.started_at <= acts.occurred_at
        WHERE acts.occurred_at <= walk.ended_at
    ),
