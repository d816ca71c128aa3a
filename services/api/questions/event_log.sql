-- The ways of the sessions of a question, one row a session, oldest first.
WITH
    -- include scoped

    -- include places_walked

    '' AS nothing

SELECT id, visitor, user, job, is_done, labels, moments
FROM walked
ORDER BY started_at, id
