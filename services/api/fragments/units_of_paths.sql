    units AS (SELECT * FROM path_units),
