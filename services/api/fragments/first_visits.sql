    -- When each visitor was seen first, whatever the question is about.
    seen_first AS
    (
        SELECT visitor, min(started_at) AS first_at
        FROM sessions FINAL
        WHERE project = {project:String}
        GROUP BY visitor
    ),
