    units AS
    (
        SELECT * FROM path_units
        UNION ALL
        SELECT * FROM row_units
    ),
