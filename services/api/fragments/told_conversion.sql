    -- Sessions that came to a place, and whether they came to another one at or after that.
    -- include paths_to

    told AS
    (
        SELECT started_at, part, 0 AS amount, path_key IN (SELECT path_key FROM paths WHERE gets_there) AS is_so
        FROM scoped
        WHERE path_key IN (SELECT path_key FROM paths)
    ),
