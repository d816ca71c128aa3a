-- Days in question whose counts are not kept, or no longer hold, the newest first. A day that still goes on is none of
-- them, since its counts would not hold for long; nor is one that an end of the period lies in.
WITH
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS from_at,
    fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC') AS to_at,

    -- include day_marks

    '' AS nothing

SELECT toString(opened_on) AS day, stored
FROM day_marks
LEFT ANTI JOIN
(
    SELECT opened_on, stored, fingerprint
    FROM session_counts FINAL
    WHERE project = {project:String} AND apart_by = {apart_by:String}
) AS counts USING (opened_on, stored, fingerprint)
WHERE opened_on < {going_on:Date32}
    AND NOT (from_at > toDateTime64(opened_on, 3, 'UTC') AND from_at < toDateTime64(opened_on + 1, 3, 'UTC'))
    AND NOT (to_at > toDateTime64(opened_on, 3, 'UTC') AND to_at < toDateTime64(opened_on + 1, 3, 'UTC'))
ORDER BY opened_on DESC
