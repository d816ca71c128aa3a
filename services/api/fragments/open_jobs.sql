    -- The ledger of jobs: one row for each time that a person set out to get a job done, from the first session with that
    -- job to its end, or for as long as a job stays open. What they do meanwhile on other devices, and in sessions
    -- whose job nobody knows, counts too. A person is the identified user, else the visitor, as in `standing`.
    known AS
    (
        SELECT visitor, argMax(user, ended_at) AS known_as
        FROM sessions FINAL
        WHERE project = {project:String} AND user != ''
        GROUP BY visitor
    ),

    walks AS
    (
        SELECT
            multiIf(user != '', user, known_as != '', known_as, walk.visitor) AS person, job, stage,
            toUnixTimestamp64Milli(started_at) AS started, toUnixTimestamp64Milli(ended_at) AS ended,
            toUnixTimestamp64Milli(outcome_at) AS outcome,
            arrayMap(at -> toUnixTimestamp64Milli(at), path_started_at) AS moments, path_stage
        FROM
        (
            SELECT visitor, user, job, stage, started_at, ended_at, outcome_at, path_started_at, path_stage
            FROM sessions FINAL
            WHERE project = {project:String} AND opened_on BETWEEN {opened_from:Date32} AND {opened_to:Date32}
        ) AS walk
        LEFT JOIN known ON known.visitor = walk.visitor
    ),

    -- What each person did: (when, stage) of each run, and when they came to a stage with the role `done`.
    pursued AS
    (
        SELECT
            person, groupArrayArray(arrayZip(moments, path_stage)) AS acts,
            arrayMap(act -> act.1, arrayFilter(act -> has({done:Array(String)}, act.2), acts)) AS finishes
        FROM walks
        GROUP BY person
    ),

    attempts AS
    (
        SELECT
            person, job, acts,
            arraySort(groupArray((started, ended, stage))) AS with_job,
            arraySort(arrayConcat(groupArrayIf(outcome, outcome > 0),
                if(has({done_by_stage:Array(String)}, job), any(finishes), []))) AS ends
        FROM walks
        INNER JOIN pursued USING (person)
        WHERE job != 'unassigned'
        GROUP BY person, job, acts
    ),

    -- A session begins a new entry where the one before is done, or has been open for too long.
    opened AS
    (
        SELECT
            person, job, acts, entry.1 AS first, entry.2 AS done_ms,
            arrayCount(one -> one.1 >= first.1 AND one.1 <= if(done_ms > 0, done_ms, first.1 + {open_ms:Int64}), with_job) AS sessions
        FROM
        (
            SELECT
                person, job, acts, with_job,
                arrayJoin(arrayFold(
                    (entries, one) -> if(
                        empty(entries) OR one.1 > entries[-1].1.1 + {open_ms:Int64}
                            OR (entries[-1].2 > 0 AND one.1 > entries[-1].2),
                        arrayPushBack(entries, (one, arrayFirst(
                            at -> at >= one.1 AND at <= one.1 + {open_ms:Int64}, ends))),
                        entries),
                    with_job,
                    CAST([], 'Array(Tuple(Tuple(Int64, Int64, String), Int64))'))) AS entry
            FROM
            (
                SELECT
                    person, job, acts, ends,
                    arrayMap(one -> (one.1, one.2, toString(one.3)), with_job) AS with_job
                FROM attempts
            )
        )
    ),

    -- Continued: they came, after the first session, at least as far as in it, before it was done.
    ledger AS
    (
        SELECT
            person, job, first.1 AS opened_ms, done_ms, sessions,
            multiIf(
                done_ms = 0, if(opened_ms + {open_ms:Int64} < {as_of_ms:Int64}, 'abandoned', 'open'),
                done_ms <= first.2, 'done_at_once',
                arrayExists(act -> act.1 > first.2 AND act.1 <= done_ms
                    AND indexOf({stages:Array(String)}, act.2) >= indexOf({stages:Array(String)}, first.3)
                    AND NOT has({done:Array(String)}, act.2), acts), 'continued_later',
                'done_elsewhere') AS fate
        FROM opened
    ),
