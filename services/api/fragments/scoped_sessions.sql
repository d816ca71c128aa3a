    scoped AS
    (
        SELECT
            *,
            -- part
            AS part
        FROM sessions FINAL
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate32(from_at) AND toDate32(to_at) + {longest_days:UInt16}
            AND started_at >= from_at AND started_at < to_at
            -- filters
    ),
