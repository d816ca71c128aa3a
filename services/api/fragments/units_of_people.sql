    units AS (SELECT * EXCEPT (person) FROM person_units),
