    -- What the acts of the trails `taken_most` are called, by the hashes that stand for them: as one visitor who took
    -- each did them, since of all others no more than the visitor is read then.
    labels AS
    (
        SELECT act, any(label) AS label
        FROM
        (
            SELECT
                -- include act_label
                AS label,
                bitAnd(cityHash64(label), 281474976710655) AS act
            FROM
            (
            -- include acts_named
            )
            WHERE visitor_hash IN (SELECT taken_by FROM taken_most)
        )
        WHERE act IN (SELECT arrayJoin(trail) FROM taken_most)
        GROUP BY act
    ),
