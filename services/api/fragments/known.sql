    -- Who each visitor was last known as.
    known AS MATERIALIZED
    (
        SELECT visitor, argMax(user, ended_at) AS known_as
        FROM sessions FINAL
        WHERE project = {project:String} AND user != ''
        GROUP BY visitor
    ),
