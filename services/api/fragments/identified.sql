    -- Who each visitor turned out to be.
    identified AS
    (
        SELECT visitor, argMax(user, ended_at) AS known_as
        FROM sessions FINAL
        WHERE by_person AND project = {project:String} AND user != ''
        GROUP BY visitor
    ),
