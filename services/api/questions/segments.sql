-- Identified customers of the period, with how recently, how often and for how much they got done, each scored from 1 to
-- 5 by the fifths of all of them; what they still want; and whether they were asked.
WITH
    -- include scoped

    -- include known

    -- include attempts

    -- include attempts_told

    -- include statements

    came AS MATERIALIZED
    (
        SELECT
            part, person, id, started_at, value, currency, visitor,
            hasAny(path_stage, {done:Array(String)}) OR toUnixTimestamp64Milli(outcome_at) > 0 AS is_done
        FROM
        (
            SELECT walk.*, if(walk.user != '', walk.user, known_as) AS person
            FROM
            (
                SELECT *
                FROM scoped
                WHERE true
                -- whose
            ) AS walk
            LEFT JOIN known ON known.visitor = walk.visitor
        )
        WHERE person != ''
    ),

    customers AS MATERIALIZED
    (
        SELECT
            part, person, count() AS visits, max(started_at) AS last_at, argMax(id, started_at) AS last_session,
            countIf(is_done) AS frequency, arraySum(arraySort(groupArrayIf(value, is_done))) AS monetary,
            topKIf(1)(currency, currency != '') AS currencies
        FROM came
        GROUP BY part, person
    ),

    fifths AS
    (
        SELECT
            part AS part_scored,
            quantilesExactInclusive(0.2, 0.4, 0.6, 0.8)(toUnixTimestamp64Milli(last_at)) AS by_recency,
            quantilesExactInclusive(0.2, 0.4, 0.6, 0.8)(frequency) AS by_frequency,
            quantilesExactInclusive(0.2, 0.4, 0.6, 0.8)(monetary) AS by_monetary
        FROM customers
        GROUP BY part_scored
    ),

    wanting AS
    (
        SELECT
            part AS part_wanted, person AS who, arraySort(groupUniqArrayIf(toString(job), NOT is_done)) AS unmet,
            maxIf(began_at, NOT is_undecided) AS settled_at
        FROM attempts_told
        GROUP BY part_wanted, who
    ),

    asked AS
    (
        SELECT DISTINCT part, person
        FROM came
        WHERE (part, visitor) IN (SELECT part, visitor FROM said)
    ),

    scored AS
    (
        SELECT
            customers.*, unmet, (part, person) IN (SELECT part, person FROM asked) AS was_asked,
            who != 0 AND toUnixTimestamp64Milli(settled_at) > 0 AS is_settled,
            1 + arrayCount(t -> toUnixTimestamp64Milli(last_at) > t, by_recency) AS r,
            1 + arrayCount(t -> frequency > t, by_frequency) AS f,
            1 + arrayCount(t -> monetary > t, by_monetary) AS m,
            multiIf(
                r >= 4 AND f >= 4, 'champions', r >= 3 AND f >= 3, 'loyal', r <= 2 AND f >= 3, 'at_risk',
                r >= 3, 'promising', 'lost') AS segment
        FROM customers
        INNER JOIN fifths ON part_scored = part
        LEFT JOIN wanting ON part_wanted = part AND who = cityHash64(person)
    )

SELECT
    part, person, visits, last_at, last_session, frequency, monetary, currencies, r, f, m, segment, unmet, was_asked, is_settled,
    count() OVER (PARTITION BY part) AS customers,
    count() OVER (PARTITION BY part, segment) AS in_segment,
    sum(monetary) OVER (PARTITION BY part, segment) AS segment_worth
FROM scored
ORDER BY part, r + f + m DESC, monetary DESC, person
LIMIT {most:UInt32} BY part
