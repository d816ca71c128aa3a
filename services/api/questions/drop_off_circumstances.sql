-- How many of those at a place dropped off there, by circumstance: enough of them to compare, and all at the place.
WITH
    -- include scoped

    -- include circumstances

    -- include left_places

    '' AS nothing

SELECT at_stage AS stage, at_step AS step, one.1 AS kind, one.2 AS value, count() AS sessions, countIf(dropped_here) AS dropped
FROM places
ARRAY JOIN circumstances AS one
WHERE state = 'closed'
GROUP BY at_stage, at_step, kind, value
HAVING sessions >= {fewest:UInt32}

UNION ALL

SELECT at_stage, at_step, '', '', count(), countIf(dropped_here)
FROM places
WHERE state = 'closed'
GROUP BY at_stage, at_step
ORDER BY stage, step, kind, value
LIMIT 20000
