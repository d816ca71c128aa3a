    -- Findings with what became of them. An abandonment is taken back where its person (the identified user, else the visitor;
    -- who is identified later joins all that the visitor did) came back within the journey's window and reached a
    -- stage with the role `done`, or the outcome of the job that was left. Worked out when asked: the later session
    -- may lie on another device, thus another partition, and may arrive late or be taken back itself.
    known AS
    (
        SELECT visitor, argMax(user, ended_at) AS known_as
        FROM sessions FINAL
        WHERE project = {project:String} AND user != ''
        GROUP BY visitor
    ),

    left_open AS
    (
        SELECT
            left_ones.id AS id, left_ones.stage AS stage, left_ones.job AS job, left_ones.occurred_at AS left_at,
            multiIf(walk.user != '', walk.user, known_as != '', known_as, walk.visitor) AS person
        FROM
        (
            SELECT opened_on, session_id, id, stage, job, occurred_at
            FROM findings FINAL
            WHERE project = {project:String} AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32}
                AND detector IN {drop_offs:Array(String)}
        ) AS left_ones
        INNER JOIN
        (
            SELECT opened_on, id, user, visitor
            FROM sessions FINAL
            WHERE project = {project:String} AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32}
        ) AS walk ON walk.opened_on = left_ones.opened_on AND walk.id = left_ones.session_id
        LEFT JOIN known ON known.visitor = walk.visitor
    ),

    -- What each of these people did: (when, stage, job done, session), an empty stage for a job's outcome.
    pursued AS
    (
        SELECT
            multiIf(user != '', user, known_as != '', known_as, visitor) AS person,
            groupArrayArray(arrayConcat(
                arrayZip(path_started_at, path_stage, arrayMap(s -> '', path_stage), arrayMap(s -> id, path_stage)),
                arrayZip(path_ended_at, path_stage, arrayMap(s -> '', path_stage), arrayMap(s -> id, path_stage)),
                if(toUnixTimestamp64Milli(outcome_at) > 0, [(outcome_at, '', job, id)], []))) AS acts
        FROM
        (
            SELECT id, user, visitor, path_stage, path_started_at, path_ended_at, outcome_at, job
            FROM sessions FINAL
            WHERE project = {project:String}
                AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32} + {later_days:UInt16}
        ) AS walk
        LEFT JOIN known ON known.visitor = walk.visitor
        WHERE person IN (SELECT person FROM left_open)
        GROUP BY person
    ),

    taken_back AS
    (
        SELECT
            id, ended.1 AS done_at, ended.4 AS done_in,
            if(arrayExists(act -> act.1 > left_at AND act.1 <= done_at
                    AND indexOf({stages:Array(String)}, act.2) >= indexOf({stages:Array(String)}, stage)
                    AND NOT has({done:Array(String)}, act.2), acts),
                'continued_later', 'done_elsewhere') AS fate
        FROM
        (
            SELECT
                left_open.id AS id, stage, left_at, acts,
                arraySort(arrayFilter(
                    act -> act.1 > left_at AND act.1 <= left_at + toIntervalMillisecond({open_ms:Int64})
                        AND (has({done:Array(String)}, act.2) OR (act.2 = '' AND act.3 = job)),
                    acts)) AS ends,
                ends[1] AS ended
            FROM left_open
            INNER JOIN pursued ON pursued.person = left_open.person
            WHERE notEmpty(ends)
        )
    ),

    -- Every finding, with its fate: '' where it stands.
    judged AS
    (
        SELECT found.*, back.fate AS fate, back.done_at AS done_at, back.done_in AS done_in
        FROM
        (
            SELECT *
            FROM findings FINAL
            WHERE project = {project:String} AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32}
        ) AS found
        LEFT JOIN taken_back AS back ON back.id = found.id
    ),
