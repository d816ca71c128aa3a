            WHERE NOT
            (
            -- include outlasts
            )
