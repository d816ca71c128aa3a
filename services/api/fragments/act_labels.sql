    -- What the acts of the trails `taken_most` are called, by the hashes that stand for them.
    labels AS
    (
        SELECT act, any(label) AS label
        FROM
        (
            SELECT
                cityHash64(visitor) AS visitor_hash,
                -- include act_label
                AS label,
                bitAnd(cityHash64(label), 281474976710655) AS act
            FROM events
            WHERE project = {project:String}
                AND toDate(occurred_at) BETWEEN toDate(from_at) AND toDate(to_at) + {longest_days:UInt16}
                -- shared
        )
        WHERE act IN (SELECT arrayJoin(trail) FROM taken_most)
        GROUP BY act
    ),
