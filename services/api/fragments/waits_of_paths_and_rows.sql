        -- include waits_of_paths

        UNION ALL

        -- include waits_of_units
