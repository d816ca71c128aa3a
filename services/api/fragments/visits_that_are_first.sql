        SELECT cityHash64(visitor_hash, first_at) AS visit
        FROM
        (
            SELECT cityHash64(visitor) AS visitor_hash, min(started_at) AS first_at
            FROM sessions FINAL
            WHERE project = {project:String}
            GROUP BY visitor_hash
        )
