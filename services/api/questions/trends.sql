-- A share by time: of how many sessions of each bucket something is told, and of how many of these it happened.
WITH
    -- include scoped

    -- include told_sessions

    '' AS nothing

SELECT
    multiIf(
        {bucket:String} = 'day', toDate(started_at, {tz:String}),
        {bucket:String} = 'week', toMonday(toDate(started_at, {tz:String})),
        toStartOfMonth(toDate(started_at, {tz:String}))) AS begins,
    part, count() AS sessions, countIf(is_so) AS happened
FROM told
GROUP BY begins, part
ORDER BY begins, part
LIMIT 50000
