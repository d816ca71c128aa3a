-- What customers said themselves, by job: the one they named, else that of the session in which they said it.
WITH
    -- include scoped

    said AS
    (
        SELECT
            name,
            if(JSONExtractString(props, 'job') != '', JSONExtractString(props, 'job'), toString(walk.job)) AS job,
            lower(trim(BOTH '"' FROM JSONExtractRaw(props, 'done'))) AS word,
            toFloat64OrNull(trim(BOTH '"' FROM JSONExtractRaw(props, 'score'))) AS score,
            toFloat64OrNull(trim(BOTH '"' FROM JSONExtractRaw(props, 'importance'))) AS importance,
            toFloat64OrNull(trim(BOTH '"' FROM JSONExtractRaw(props, 'satisfaction'))) AS satisfaction
        FROM
        (
            SELECT visitor, name, occurred_at, props
            FROM events
            WHERE project = {project:String}
                AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at) + {longest_days:UInt16}
                AND name IN ('done_stated', 'recommendation_stated', 'job_rated')
            LIMIT 1 BY visitor, id
        ) AS acts
        -- No two sessions of a visitor overlap, so the last that began before an event is the one it may be of.
        ASOF INNER JOIN (SELECT visitor, job, started_at, ended_at FROM scoped) AS walk
            ON walk.visitor = acts.visitor AND walk.started_at <= acts.occurred_at
        WHERE acts.occurred_at <= walk.ended_at
    )

SELECT
    job,
    countIf(name = 'done_stated' AND word IN ('true', 'false', 'yes', 'no', 'partly')) AS asked,
    countIf(name = 'done_stated' AND word IN ('true', 'yes')) AS confirmed,
    countIf(name = 'recommendation_stated' AND score BETWEEN 0 AND 10) AS scored,
    countIf(name = 'recommendation_stated' AND score BETWEEN 9 AND 10) AS promoters,
    countIf(name = 'recommendation_stated' AND score BETWEEN 0 AND 6) AS detractors,
    countIf(name = 'job_rated' AND importance BETWEEN 1 AND 5 AND satisfaction BETWEEN 1 AND 5) AS ratings,
    countIf(name = 'job_rated' AND importance BETWEEN 4 AND 5 AND satisfaction BETWEEN 1 AND 5) AS important,
    countIf(name = 'job_rated' AND importance BETWEEN 1 AND 5 AND satisfaction BETWEEN 4 AND 5) AS satisfied
FROM said
GROUP BY job
HAVING asked + scored + ratings > 0
ORDER BY job
