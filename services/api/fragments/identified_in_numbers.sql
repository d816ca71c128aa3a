    -- Who each visitor turned out to be, both as hashes: that takes two thirds of the time of the names.
    identified AS MATERIALIZED
    (
        SELECT cityHash64(visitor) AS known, cityHash64(argMax(user, ended_at)) AS known_as
        FROM sessions FINAL
        WHERE by_person AND project = {project:String} AND user != ''
        GROUP BY known
    ),
