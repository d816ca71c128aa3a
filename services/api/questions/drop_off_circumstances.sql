-- How many of those at a place dropped off there, by circumstance: enough of them to compare, and all at the place.
WITH
    -- include scoped

    -- include circumstances

    -- include left_places

    '' AS nothing

SELECT stage, step, one.1 AS kind, one.2 AS value, count() AS sessions, countIf(dropped_here) AS dropped
FROM
(
    SELECT at_stage AS stage, at_step AS step, dropped_here, arrayConcat([('', '')], circumstances) AS under
    FROM places
    WHERE state = 'closed'
)
ARRAY JOIN under AS one
GROUP BY stage, step, kind, value
HAVING kind = '' OR sessions >= {fewest:UInt32}
ORDER BY stage, step, kind, value
LIMIT 20000
