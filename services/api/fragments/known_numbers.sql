    -- Who each visitor was last known as, both as hashes: texts take three times as long.
    known_numbers AS
    (
        SELECT cityHash64(visitor) AS known, cityHash64(argMax(user, ended_at)) AS known_number
        FROM sessions FINAL
        WHERE project = {project:String} AND user != ''
        GROUP BY known
    ),
