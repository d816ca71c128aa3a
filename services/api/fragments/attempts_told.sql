    attempts_told AS (SELECT *, '' AS part FROM attempts),
