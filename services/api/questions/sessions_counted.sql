-- How many sessions a question is about.
WITH
    -- include scoped
    '' AS nothing
SELECT count() AS sessions
FROM scoped
