    -- Which of `left_open` (id, stage, job, left_at, person) were taken up again, and by which session. After finishers.
    -- By which names they may have come, as hashes: what others did need not be looked at. One that is only alike does no
    -- harm, since people are compared in the end; nor does 0, of whom nobody else is known.
    their_names AS
    (
        SELECT arrayJoin([person, known]) AS name
        FROM left_open
        LEFT JOIN known_numbers ON known_number = person
    ),

    -- What each left, and did: (when, stage, job done, session), an empty stage for a job's outcome.
    pursued AS
    (
        SELECT
            any(lefts) AS left_ones, groupArrayArray(arrayConcat(
                arrayZip(path_started_at, path_stage, arrayMap(s -> '', path_stage), arrayMap(s -> id, path_stage)),
                arrayZip(path_ended_at, path_stage, arrayMap(s -> '', path_stage), arrayMap(s -> id, path_stage)),
                if(toUnixTimestamp64Milli(outcome_at) > 0, [(outcome_at, '', job, id)], []))) AS acts
        FROM
        (
            SELECT
                multiIf(user_number != 0, user_number, known_number != 0, known_number, visitor_number) AS person,
                id, path_stage, path_started_at, path_ended_at, outcome_at, job
            FROM
            (
                SELECT
                    if(user != '', cityHash64(user), 0) AS user_number, cityHash64(visitor) AS visitor_number,
                    id, path_stage, path_started_at, path_ended_at, outcome_at, job
                FROM sessions FINAL
                WHERE project = {project:String}
                    AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32} + {later_days:UInt16}
                    AND if(user != '', cityHash64(user), cityHash64(visitor)) IN (SELECT name FROM their_names)
            ) AS came_back
            LEFT ANY JOIN known_numbers ON known = visitor_number
        ) AS walk
        INNER JOIN
        (
            SELECT person, groupArray((id, stage, job, left_at)) AS lefts
            FROM left_open
            GROUP BY person
        ) AS leavers ON leavers.person = walk.person
        GROUP BY walk.person
    ),

    taken_back AS
    (
        SELECT
            id, ended.1 AS done_at, ended.4 AS done_in,
            if(arrayExists(act -> act.2 != '' AND act.1 > left_at AND act.1 <= done_at
                    AND indexOf({stages:Array(String)}, act.2) >= indexOf({stages:Array(String)}, stage)
                    AND NOT has({done:Array(String)}, act.2), acts),
                'continued_later', 'done_elsewhere') AS fate
        FROM
        (
            SELECT
                left_one.1 AS id, left_one.2 AS stage, left_one.4 AS left_at, acts,
                arraySort(arrayFilter(
                    act -> act.1 > left_at AND act.1 <= left_at + toIntervalMillisecond({open_ms:Int64})
                        AND (has({done:Array(String)}, act.2) OR (act.2 = '' AND act.3 = left_one.3)),
                    acts)) AS ends,
                ends[1] AS ended
            FROM (SELECT acts, arrayJoin(left_ones) AS left_one FROM pursued)
            WHERE notEmpty(ends)
        )
    ),
