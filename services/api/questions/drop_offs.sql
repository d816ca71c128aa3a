-- Where sessions ended without getting anywhere, and what became of those who left: by place.
WITH
    -- include scoped

    came AS (SELECT * FROM scoped),

    -- include left_places

    -- include finishers

    left_open AS MATERIALIZED
    (
        SELECT
            id, last_stage AS stage, toString(job) AS job, ended_at AS left_at,
            multiIf(user_number != 0, user_number, known_number != 0, known_number, visitor_number) AS person
        FROM
        (
            SELECT
                if(user != '', cityHash64(user), 0) AS user_number, cityHash64(visitor) AS visitor_number,
                id, last_stage, job, ended_at
            FROM walked
            WHERE dropped
        ) AS walk
        LEFT ANY JOIN known_numbers ON known = visitor_number
        WHERE person IN (SELECT person FROM finishers)
    ),

    -- include taken_back

    -- Sessions by path, since one path comes to the same places whoever takes it, and by page: few are left from at each
    -- place. So no session is written down, of which very many would not have room.
    alike AS
    (
        SELECT
            part, exit_page, any(path_stage) AS path_stage, any(path_step) AS path_step, any(last_stage) AS last_stage,
            any(last_step) AS last_step, count() AS came_here, countIf(dropped) AS n,
            countIf(dropped AND fate = 'continued_later') AS later, countIf(dropped AND fate = 'done_elsewhere') AS elsewhere,
            countIf(dropped AND fate = '' AND toUnixTimestamp64Milli(ended_at) + {open_ms:Int64} > {as_of_ms:Int64}) AS waiting,
            groupArrayIf(value, dropped AND fate = '' AND value != 0) AS left_values,
            topKIfState(1)(currency, dropped AND value > 0) AS met_currencies,
            groupArraySortedIf(3)(id, dropped AND fate = '') AS first_ids
        FROM
        (
            SELECT
                part, id, path_key, path_stage, path_step, last_stage, last_step, exit_page, ended_at, value, currency,
                dropped, back.fate AS fate
            FROM walked
            LEFT JOIN taken_back AS back ON back.id = walked.id
        )
        GROUP BY part, path_key, exit_page
    )

SELECT
    part, stage, step, sum(came_here) AS sessions, sum(n) AS dropped,
    sum(later) AS continued_later, sum(elsewhere) AS done_elsewhere, sum(waiting) AS undecided,
    dropped - continued_later - done_elsewhere - undecided AS abandoned,
    arraySum(arraySort(groupArrayArray(left_values))) AS left_value,
    topKIfMerge(1)(met_currencies) AS currencies,
    arraySlice(arraySort(groupArrayArray(first_ids)), 1, 3) AS examples,
    arraySlice(arraySort(p -> (-p.2, p.1), groupArrayIf((exit_page, n), n > 0)), 1, 5) AS last_pages
FROM
(
    SELECT
        part, stage, step, exit_page, sum(there.came_here) AS came_here, sumIf(there.n, is_last) AS n,
        sumIf(there.later, is_last) AS later, sumIf(there.elsewhere, is_last) AS elsewhere,
        sumIf(there.waiting, is_last) AS waiting, groupArrayArrayIf(there.left_values, is_last) AS left_values,
        topKIfMergeStateIf(1)(there.met_currencies, is_last) AS met_currencies,
        groupArrayArrayIf(there.first_ids, is_last) AS first_ids
    FROM
    (
        SELECT
            *, place.1 AS stage, place.2 AS step, place IN ((last_stage, ''), (last_stage, last_step)) AS is_last
        FROM alike
        ARRAY JOIN
            -- include places_of_path
            AS place
    ) AS there
    GROUP BY part, stage, step, exit_page
)
GROUP BY part, stage, step
ORDER BY part, dropped DESC, stage, step
