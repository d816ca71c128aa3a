    units AS (SELECT * FROM person_units),
