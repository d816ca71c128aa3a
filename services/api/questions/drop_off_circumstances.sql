-- How many of those at a place dropped off there, by circumstance: enough of them to compare, and all at the place.
WITH
    -- include scoped

    -- include circumstances

    came AS (SELECT * FROM circumstanced WHERE state = 'closed'),

    -- include left_places

    -- Marked by what they are told apart by and by path, as one number. Of very many no more has room.
    marked AS MATERIALIZED
    (
        SELECT
            cityHash64(part, path_key) AS mark, dropped AS is_so, started_at, job, job_rules, device, browser, os, country,
            referrer_class, source, medium, campaign, returning
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
            SELECT
                cityHash64(part, path_key) AS mark, part, any(path_stage) AS path_stage, any(path_step) AS path_step,
                toString(path_stage[-1]) AS last_stage, toString(path_step[-1]) AS last_step
            FROM scoped
            WHERE state = 'closed'
            GROUP BY part, path_key
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
