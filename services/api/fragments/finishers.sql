    -- Who finished at any time that what was left in the period may be taken up again. After known.
    finishers AS MATERIALIZED
    (
        SELECT DISTINCT multiIf(walk.user != '', walk.user, known_as != '', known_as, walk.visitor) AS person
        FROM
        (
            SELECT DISTINCT user, visitor
            FROM sessions FINAL
            WHERE project = {project:String}
                AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32} + {later_days:UInt16}
                AND (toUnixTimestamp64Milli(outcome_at) > 0 OR hasAny(path_stage, {done:Array(String)}))
        ) AS walk
        LEFT JOIN known ON known.visitor = walk.visitor
    ),

    -- By which names they may have come, as hashes: what others left need not be looked at. One that is only alike does
    -- no harm, since persons are compared in the end. Each reading of a CTE is analysed anew, so nothing is read twice.
    their_names AS MATERIALIZED
    (
        SELECT DISTINCT arrayJoin([cityHash64(finishers.person), cityHash64(others.visitor)]) AS name
        FROM finishers
        LEFT JOIN known AS others ON others.known_as = finishers.person
    ),
