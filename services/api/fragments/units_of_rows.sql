    units AS (SELECT * FROM row_units),
