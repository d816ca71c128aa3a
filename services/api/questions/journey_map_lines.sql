-- How many sessions each line of the map has, of the most frequent ones.
WITH
    -- include scoped
    '' AS nothing
SELECT
    part,
    -- line
    AS line,
    count() AS sessions
FROM scoped
GROUP BY part, line
ORDER BY part, sessions DESC, line
LIMIT 1000 BY part
