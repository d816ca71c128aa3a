-- The journey as a map: for each job (or other part) and each place, who came, who got done, how long they were there,
-- how many moves the session took, and how many met friction there.
WITH
    -- include scoped

    -- include scoped_findings

    walked AS
    (
        SELECT
            id, part, state = 'closed' AS is_over,
            hasAny(path_stage, {done:Array(String)}) OR toUnixTimestamp64Milli(outcome_at) > 0 AS is_done,
            greatest(pages, length(path_stage)) AS moved,
            arrayMap(
                (stage, step, began, place) -> (toString(stage), toString(step),
                    -- Until the next place was entered; of the last one only what is known.
                    (toUnixTimestamp64Milli(if(place < length(path_stage), path_started_at[place + 1], path_ended_at[place]))
                        - toUnixTimestamp64Milli(began)) / 1000),
                path_stage, path_step, path_started_at, arrayEnumerate(path_stage)) AS runs
        FROM scoped
    ),

    came AS
    (
        SELECT
            id, part, is_over, is_done, moved, run.1 AS at_stage, one_step AS at_step, sum(run.3) AS stayed, count() AS entries
        FROM walked
        ARRAY JOIN runs AS run
        ARRAY JOIN arrayDistinct(['', run.2]) AS one_step
        GROUP BY id, part, is_over, is_done, moved, at_stage, at_step
    ),

    rubbed AS
    (
        SELECT session_id, at_stage, at_step, count() AS findings, max(severity) AS gravest
        FROM (SELECT *, toString(stage) AS at_stage, toString(step) AS own_step FROM scoped_findings
            WHERE fate = '' AND NOT intended AND detector NOT IN {drop_offs:Array(String)})
        ARRAY JOIN arrayDistinct(['', own_step]) AS at_step
        GROUP BY session_id, at_stage, at_step
    )

SELECT
    part, at_stage AS stage, at_step AS step,
    count() AS sessions,
    countIf(is_over) AS over, countIf(is_over AND is_done) AS done,
    quantileExactInclusive(0.5)(stayed) AS median_seconds,
    quantileExactInclusiveIf(0.5)(moved, is_done) AS median_moves,
    sum(entries) AS entered,
    countIf(rubbed.findings > 0) AS affected, sum(rubbed.findings) AS findings
FROM came
LEFT JOIN rubbed ON rubbed.session_id = came.id AND rubbed.at_stage = came.at_stage AND rubbed.at_step = came.at_step
GROUP BY part, at_stage, at_step
ORDER BY part, stage, step
LIMIT 20000
