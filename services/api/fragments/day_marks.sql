    -- By what rows each day has: any change of them changes it (migrations/0014). Read without FINAL, which is what makes
    -- it a matter of a few rows.
    day_marks AS
    (
        SELECT opened_on, count() AS stored, sum(cityHash64(id, version, is_deleted)) AS fingerprint
        FROM sessions
        WHERE project = {project:String} AND opened_on BETWEEN toDate32(from_at) AND toDate32(to_at) + {longest_days:UInt16}
        GROUP BY opened_on
    ),
