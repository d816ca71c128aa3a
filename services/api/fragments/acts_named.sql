            -- Only of clicks is it read what was clicked: by what they are called events lie together, and what they say is
            -- most of what there is to read.
            SELECT cityHash64(visitor) AS visitor_hash, occurred_at, id, type, name, path, '' AS element
            FROM events
            WHERE project = {project:String} AND name NOT IN ('click', 'dead_click')
                AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at) + {longest_days:UInt16}
                -- shared

            UNION ALL

            SELECT
                cityHash64(visitor) AS visitor_hash, occurred_at, id, type, name, path,
                if(JSONExtractString(props, 'target') AS target != '', target, JSONExtractString(props, 'text')) AS element
            FROM events
            WHERE project = {project:String} AND name IN ('click', 'dead_click')
                AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at) + {longest_days:UInt16}
                -- shared
