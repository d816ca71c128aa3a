-- How many sessions each part of a question has.
WITH
    -- include scoped
    '' AS nothing
SELECT part, count() AS sessions
FROM scoped
GROUP BY part
ORDER BY sessions DESC, part
LIMIT 1000
