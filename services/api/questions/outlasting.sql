-- Whether any session outlasts a window, so that this may bind: a row where one does.
WITH
    -- include scoped

    '' AS nothing

SELECT true AS outlasts
FROM scoped
WHERE
            -- include outlasts
LIMIT 1
