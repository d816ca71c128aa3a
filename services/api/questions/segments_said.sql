-- In how many sessions visitors were said to be of each segment, and in how many of these of others too.
WITH
    -- include scoped
    '' AS nothing
SELECT part, count() AS sessions, countIf(length(said) > 1) AS shared
FROM
(
    SELECT arrayDistinct(arrayFilter(one -> one.1 BETWEEN started_at AND ended_at, told).3) AS said
    FROM scoped
    INNER JOIN segments_told ON segments_told.visitor = scoped.visitor
)
ARRAY JOIN said AS part
GROUP BY part
ORDER BY sessions DESC, part
LIMIT 1000
