            SELECT cityHash64(visitor) AS visitor_hash, occurred_at, id, type, name, path, '' AS element
            FROM events
            WHERE project = {project:String}
                AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at) + {longest_days:UInt16}
                -- shared
