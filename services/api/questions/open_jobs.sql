-- What became of the jobs that people set out to get done in a period, by job: of each attempt (fragments/attempts.sql)
-- its fate. What a person did in sessions whose job nobody knows counts here too: a purchase there is what those came for
-- whose job is done by any.
WITH
    -- include scoped

    -- include known

    -- include attempts

    -- include attempts_told

    walked AS MATERIALIZED
    (
        SELECT
            cityHash64(multiIf(user != '', user, known_as != '', known_as, walk.visitor)) AS person,
            groupArrayArray(arrayZip(path_started_at, arrayMap(stage -> toString(stage), path_stage))) AS acts,
            groupArray((cityHash64(id), ended_at, toString(stage))) AS sessions
        FROM
        (
            SELECT id, user, visitor, stage, ended_at, path_started_at, path_stage
            FROM sessions FINAL
            WHERE project = {project:String}
                AND opened_on >= toDate32(from_at - open_for) - {longest_days:UInt16}
        ) AS walk
        LEFT JOIN known ON known.visitor = walk.visitor
        GROUP BY person
    ),

    finished AS MATERIALIZED
    (
        SELECT
            part, job, attempts_told.person AS person, began_at, sessions_used, is_undecided, acts,
            arrayFirst(session -> session.1 = opener, sessions) AS first,
            if(
                is_done, [attempts_told.done_at],
                arraySlice(arraySort(arrayMap(act -> act.1, arrayFilter(
                    act -> has({done_by_stage:Array(String)}, concat(job, ' ', act.2))
                        AND act.1 >= began_at AND act.1 <= last_at + open_for,
                    acts))), 1, 1)) AS done_at
        FROM attempts_told
        INNER JOIN walked ON walked.person = attempts_told.person
    ),

    -- Continued: after the first session, and before it was done, they came at least as far as in it again.
    ledger AS
    (
        SELECT
            part, job, person, began_at, sessions_used, done_at,
            multiIf(
                empty(done_at), if(is_undecided, 'open', 'abandoned'),
                done_at[1] <= first.2, 'done_at_once',
                arrayExists(act -> act.1 > first.2 AND act.1 <= done_at[1]
                    AND indexOf({stages:Array(String)}, act.2) >= indexOf({stages:Array(String)}, first.3)
                    AND NOT has({done:Array(String)}, act.2), acts), 'continued_later',
                'done_elsewhere') AS fate
        FROM finished
    )

SELECT
    part, job,
    count() AS opened,
    countIf(fate = 'done_at_once') AS done_at_once,
    countIf(fate = 'continued_later') AS continued_later,
    countIf(fate = 'done_elsewhere') AS done_elsewhere,
    countIf(fate = 'open') AS open,
    countIf(fate = 'abandoned') AS abandoned,
    uniqExact(person) AS people,
    avg(sessions_used) AS sessions_each
FROM ledger
GROUP BY part, job
ORDER BY part, opened DESC, job
