    -- Findings with what became of them. An abandonment is taken back where its person (the identified user, else the visitor;
    -- who is identified later joins all that the visitor did) came back within the journey's window and reached a
    -- stage with the role `done`, or the outcome of the job that was left. Worked out when asked: the later session
    -- may lie on another device, thus another partition, and may arrive late or be taken back itself.
    -- include known

    -- include finishers

    found AS MATERIALIZED
    (
        SELECT *
        FROM findings FINAL
        WHERE project = {project:String} AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32}
    ),

    left_open AS MATERIALIZED
    (
        SELECT
            left_ones.id AS id, left_ones.stage AS stage, left_ones.job AS job, left_ones.occurred_at AS left_at,
            multiIf(walk.user != '', walk.user, known_as != '', known_as, walk.visitor) AS person
        FROM
        (
            SELECT opened_on, id, user, visitor
            FROM sessions FINAL
            WHERE project = {project:String} AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32}
                AND if(user != '', cityHash64(user), cityHash64(visitor)) IN (SELECT name FROM their_names)
        ) AS walk
        INNER JOIN
        (
            SELECT opened_on, session_id, id, stage, job, occurred_at FROM found WHERE detector IN {drop_offs:Array(String)}
        ) AS left_ones ON left_ones.opened_on = walk.opened_on AND left_ones.session_id = walk.id
        LEFT JOIN known ON known.visitor = walk.visitor
    ),

    -- include taken_back

    -- Every finding, with its fate: '' where it stands.
    judged AS
    (
        SELECT found.*, back.fate AS fate, back.done_at AS done_at, back.done_in AS done_in
        FROM found
        LEFT JOIN taken_back AS back ON back.id = found.id
    ),
