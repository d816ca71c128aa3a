-- The journey as a map: for each line (of a job, or of what else lines are) and each place, who came, who got done, how long they were there,
-- how many moves the session took, and how many met friction there.
WITH
    -- include scoped

    -- include frictions

    -- What a path says of whoever took it: its places, each with the runs that were there.
    paths AS
    (
        SELECT
            path_key, hasAny(any(path_stage) AS stages_of, {done:Array(String)}) AS gets_done,
            arrayMap(
                place -> (place.1, place.2, arrayFilter(
                    n -> stages_of[n] = place.1 AND place.2 IN ('', toString(steps_of[n])), arrayEnumerate(stages_of))),
                arrayDistinct(arrayConcat(
                    arrayMap(s -> (toString(s), ''), stages_of),
                    arrayMap((s, p) -> (toString(s), toString(p)), stages_of, any(path_step) AS steps_of)))) AS places
        FROM scoped
        WHERE notEmpty(path_stage)
        GROUP BY path_key
    ),

    rubbed AS
    (
        SELECT session_id, toString(stage) AS at_stage, at_step, count() AS findings
        FROM frictions
        ARRAY JOIN arrayDistinct(['', toString(step)]) AS at_step
        WHERE NOT intended
        GROUP BY session_id, at_stage, at_step
    ),

    hot AS
    (
        SELECT part, line, at_stage, at_step, count() AS affected, sum(rubbed.findings) AS findings
        FROM rubbed
        INNER JOIN
        (
            SELECT
                id, part, path_key,
                -- line
                AS line
            FROM scoped
            WHERE id IN (SELECT session_id FROM frictions)
        ) AS walk ON walk.id = rubbed.session_id
        INNER JOIN paths ON paths.path_key = walk.path_key
        WHERE arrayExists(place -> place.1 = at_stage AND place.2 = at_step, places)
        GROUP BY part, line, at_stage, at_step
    ),

    cells AS
    (
        SELECT
            part, line, place.1 AS at_stage, place.2 AS at_step,
            count() AS sessions,
            countIf(is_over) AS over, countIf(is_over AND is_done) AS done,
            quantileExactInclusive(0.5)(arraySum(n -> ends[n] - path_offset[n], place.3) / 1000) AS median_seconds,
            quantileExactInclusiveIf(0.5)(moved, is_over AND is_done) AS median_moves,
            sum(length(place.3)) AS entered
        FROM
        (
            SELECT
                part,
                -- line
                AS line,
                state = 'closed' AS is_over, gets_done OR toUnixTimestamp64Milli(outcome_at) > 0 AS is_done,
                greatest(pages, length(path_offset)) AS moved, path_offset, places,
                -- Until the next place was entered; of the last one only what is known.
                arrayPushBack(arrayPopFront(path_offset),
                    toUnixTimestamp64Milli(path_ended_at[-1]) - toUnixTimestamp64Milli(path_started_at[1])) AS ends
            FROM scoped
            INNER JOIN paths ON paths.path_key = scoped.path_key
        )
        ARRAY JOIN places AS place
        GROUP BY part, line, at_stage, at_step
    )

SELECT
    part, line, at_stage AS stage, at_step AS step, sessions, over, done, median_seconds, median_moves, entered,
    affected, findings
FROM cells
LEFT JOIN hot USING (part, line, at_stage, at_step)
ORDER BY part, line, stage, step
LIMIT 20000 BY part
