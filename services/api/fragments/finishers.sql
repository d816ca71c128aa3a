    known_numbers AS MATERIALIZED
    (
        -- include known_in_numbers
    ),

    -- Who finished at any time that what was left in the period may be taken up again; people are hashes.
    finishers AS MATERIALIZED
    (
        SELECT DISTINCT multiIf(user_number != 0, user_number, known_number != 0, known_number, visitor_number) AS person
        FROM
        (
            SELECT if(user != '', cityHash64(user), 0) AS user_number, cityHash64(visitor) AS visitor_number
            FROM sessions FINAL
            WHERE project = {project:String}
                AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32} + {later_days:UInt16}
                AND (toUnixTimestamp64Milli(outcome_at) > 0 OR hasAny(path_stage, {done:Array(String)}))
        ) AS walk
        LEFT ANY JOIN known_numbers ON known = visitor_number
    ),
