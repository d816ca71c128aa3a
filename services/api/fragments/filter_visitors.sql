            -- A visitor is new in the first session there is of them.
            AND ({visitors:String} = 'new') = ((visitor, started_at) IN
            (
                SELECT visitor, min(started_at)
                FROM sessions FINAL
                WHERE project = {project:String}
                GROUP BY visitor
            ))
