        -- By hashes of texts: these are worked out once for each text that there is, and rows are sorted into groups by them
        -- in half the time. Any two of 100,000 paths are alike with odds of 1 to 3 billion.
        SELECT
            quarter, any(part_told) AS part, any(path_told) AS path_key, is_open, got_done, any(moved_on) AS moved, way,
            arrayMap(mark -> intDiv(mark, 2), any(marks)) AS moments, count() AS n
        FROM
        (
            SELECT
                if({by_quarter:Bool}, intDiv(toUnixTimestamp64Milli(started_at), 900000), 0) AS quarter,
                part AS part_told, path_key AS path_told, state = 'open' AS is_open,
                {by_outcome:Bool} AND toUnixTimestamp64Milli(outcome_at) > 0 AS got_done,
                -- include alike_by_path
                -- include moved_on
                AS moved_on
            FROM scoped
            -- include all_rows
        )
        GROUP BY cityHash64(part_told), way, cityHash64(moved_on), quarter, is_open, got_done
