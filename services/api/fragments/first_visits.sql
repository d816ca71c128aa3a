    -- The first session there is of each visitor, whatever the question is about; as a hash of who and when, which takes
    -- a third of the time of the name, and of which any two of 10 million are alike with odds of 1 to 370,000.
    first_visits AS
    (
        SELECT cityHash64(visitor_hash, first_at) AS visit
        FROM
        (
            SELECT cityHash64(visitor) AS visitor_hash, min(started_at) AS first_at
            FROM sessions FINAL
            WHERE project = {project:String}
            GROUP BY visitor_hash
        )
    ),
