-- Of those who had a job for the first time in a bucket of the period, how many had it again so many buckets later.
WITH
    -- include scoped

    -- include known_numbers

    -- Who with what job is a number too, of which any two of ten million are alike with odds of 1 to 370,000.
    came AS
    (
        SELECT
            cityHash64(multiIf(user_number != 0, user_number, known_number != 0, known_number, visitor_number), job) AS pursuit,
            job,
            multiIf(
                {bucket:String} = 'day', toDate(started_at, {tz:String}),
                {bucket:String} = 'week', toMonday(toDate(started_at, {tz:String})),
                toStartOfMonth(toDate(started_at, {tz:String}))) AS in_bucket
        FROM
        (
            SELECT
                if(user != '', cityHash64(user), 0) AS user_number, cityHash64(visitor) AS visitor_number, job, started_at
            FROM scoped
            WHERE job NOT IN ('', 'unassigned') AND (NOT {only_done:Bool} OR toUnixTimestamp64Milli(outcome_at) > 0)
        ) AS walk
        LEFT ANY JOIN known_numbers ON known = visitor_number
    )

SELECT job, first_in, number, count() AS people
FROM
(
    SELECT job, first_in, dateDiff({bucket:String}, first_in, arrayJoin(buckets)) AS number
    FROM
    (
        SELECT any(came.job) AS job, min(in_bucket) AS first_in, groupUniqArray(in_bucket) AS buckets
        FROM came
        GROUP BY pursuit
    )
)
WHERE number <= {buckets:UInt16}
GROUP BY job, first_in, number
ORDER BY job, first_in, number
LIMIT 100000
