            -- A visitor is new in the first session there is of them. As a hash of who and when: see first_visits.sql.
            AND ({visitors:String} = 'new') = (cityHash64(cityHash64(visitor), started_at) IN
            (
                SELECT cityHash64(visitor_hash, came_first)
                FROM
                (
                    SELECT cityHash64(visitor) AS visitor_hash, min(started_at) AS came_first
                    FROM sessions FINAL
                    WHERE project = {project:String}
                    GROUP BY visitor_hash
                )
            ))
