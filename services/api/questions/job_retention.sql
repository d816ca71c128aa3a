-- Of those who had a job for the first time in a bucket of the period, how many had it again so many buckets later.
WITH
    -- include scoped

    -- include known

    came AS
    (
        SELECT
            person, job, is_done,
            multiIf(
                {bucket:String} = 'day', toDate(started_at, {tz:String}),
                {bucket:String} = 'week', toMonday(toDate(started_at, {tz:String})),
                toStartOfMonth(toDate(started_at, {tz:String}))) AS in_bucket
        FROM
        (
            SELECT
                multiIf(walk.user != '', walk.user, known_as != '', known_as, walk.visitor) AS person,
                toString(walk.job) AS job, walk.started_at AS started_at,
                toUnixTimestamp64Milli(walk.outcome_at) > 0 AS is_done
            FROM scoped AS walk
            LEFT JOIN known ON known.visitor = walk.visitor
            WHERE walk.job NOT IN ('', 'unassigned')
        )
        WHERE NOT {only_done:Bool} OR is_done
    )

SELECT job, first_in, number, count() AS people
FROM
(
    SELECT
        person, job, first_in,
        dateDiff({bucket:String}, first_in, arrayJoin(buckets)) AS number
    FROM
    (
        SELECT person, job, min(in_bucket) AS first_in, groupUniqArray(in_bucket) AS buckets
        FROM came
        GROUP BY person, job
    )
)
WHERE number <= {buckets:UInt16}
GROUP BY job, first_in, number
ORDER BY job, first_in, number
LIMIT 100000
