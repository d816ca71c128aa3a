-- How many sessions a period has in all, with the same filters as the list (sessions.sql).
WITH
    -- include standing
    {detector:String} AS sought
SELECT count() AS total
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
