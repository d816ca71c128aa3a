-- The sessions of a period, newest first, a page at a time, with how many there are in all: page and total are of
-- one reading. An empty filter lets everything through.
WITH
    -- include standing
    {detector:String} AS sought,

    page AS
    (
        SELECT *
        FROM
        (
            SELECT opened_on, id, started_at, count() OVER () AS total
            FROM sessions FINAL
            WHERE project = {project:String}
                AND opened_on BETWEEN toDate32(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
                    AND toDate32(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')) + {longest_days:UInt16}
                AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
                AND started_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
                AND ({stage:String} = '' OR stage = {stage:String})
                AND ({job:String} = '' OR job = {job:String})
                AND ({visitor:String} = '' OR visitor = {visitor:String})
                AND (sought = '' OR (opened_on, id) IN
                    (SELECT opened_on, session_id FROM judged WHERE fate = '' AND detector = sought))
        )
        WHERE (started_at, id) < (fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC'), {before_id:String})
        ORDER BY started_at DESC, id DESC
        LIMIT {limit:UInt16}
    )

SELECT
    page.total AS total, id, visitor, user, started_at, ended_at, state, late, historical, events, pages, entry_page, exit_page,
    stage, step, job, job_confidence, outcome_at, value, currency, journey_version
FROM sessions FINAL
INNER JOIN page ON page.opened_on = sessions.opened_on AND page.id = sessions.id
WHERE project = {project:String} AND (opened_on, id) IN (SELECT opened_on, id FROM page)
ORDER BY started_at DESC, id DESC
