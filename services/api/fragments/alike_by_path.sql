                -- Sessions of one path fare alike, and no moment matters.
                cityHash64(path_key) AS way, emptyArrayInt64() AS marks,
