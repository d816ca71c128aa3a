    -- The sessions a question is about: of one project, begun in its period, that pass its filters; `part` is what
    -- they are told apart by, '' unless asked.
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS from_at,
    fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC') AS to_at,

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
