-- How many of those at a place dropped off there, by circumstance: enough of them to compare, and all at the place.
WITH
    -- include scoped

    -- include circumstances

    came AS MATERIALIZED
    (
        SELECT
            part, state, outcome_at, path_key, path_stage, path_step, started_at, job, job_rules, device, browser, os,
            country, referrer_class, source, medium, campaign, returning
        FROM circumstanced
        WHERE state = 'closed'
    ),

    -- include left_places

    -- Marked by what they are told apart by and by path, as one number.
    marked AS
    (
        SELECT *, cityHash64(part, path_key) AS mark, dropped AS is_so
        FROM walked
    ),

    -- include under

    path_places AS
    (
        SELECT
            mark, part, last_stage, last_step,
            -- include places_of_path
            AS places
        FROM
        (
            SELECT mark, any(part) AS part, any(path_stage) AS path_stage, any(path_step) AS path_step,
                any(last_stage) AS last_stage, any(last_step) AS last_step
            FROM marked
            GROUP BY mark
        )
    )

SELECT
    part, place.1 AS stage, place.2 AS step, kind, value, sum(sessions) AS sessions,
    sumIf(happened, place IN ((last_stage, ''), (last_stage, last_step))) AS dropped
FROM under
INNER JOIN path_places ON path_places.mark = under.mark
ARRAY JOIN places AS place
GROUP BY part, stage, step, kind, value
HAVING kind = '' OR sessions >= {fewest:UInt32}
ORDER BY part, stage, step, kind, value
LIMIT 20000 BY part
