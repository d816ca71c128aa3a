    -- Findings with what became of them. An abandonment is taken back where its person (the identified user, else the visitor;
    -- who is identified later joins all that the visitor did) came back within the journey's window and reached a
    -- stage with the role `done`, or the outcome of the job that was left. Worked out when asked: the later session
    -- may lie on another device, thus another partition, and may arrive late or be taken back itself.
    -- include finishers

    found AS MATERIALIZED
    (
        SELECT *
        FROM findings FINAL
        WHERE project = {project:String} AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32}
    ),

    left_ones AS MATERIALIZED
    (
        SELECT opened_on, session_id, id, stage, job, occurred_at, cityHash64(visitor) AS visitor_number
        FROM found
        WHERE detector IN {drop_offs:Array(String)}
    ),

    -- Of those who finished at some time. Few sessions have a user of their own: the others go by their visitor.
    left_open AS MATERIALIZED
    (
        SELECT
            id, stage, job, occurred_at AS left_at,
            multiIf(user_number != 0, user_number, known_number != 0, known_number, visitor_number) AS person
        FROM left_ones
        LEFT ANY JOIN known_numbers ON known = visitor_number
        LEFT ANY JOIN
        (
            SELECT id AS session_id, cityHash64(user) AS user_number
            FROM sessions FINAL
            WHERE project = {project:String} AND opened_on BETWEEN {found_from:Date32} AND {found_to:Date32}
                AND user != '' AND id IN (SELECT session_id FROM left_ones)
        ) AS walk USING (session_id)
        WHERE person IN (SELECT person FROM finishers)
    ),

    -- include taken_back

    -- Every finding, with its fate: '' where it stands.
    judged AS
    (
        SELECT found.*, back.fate AS fate, back.done_at AS done_at, back.done_in AS done_in
        FROM found
        LEFT JOIN taken_back AS back ON back.id = found.id
    ),
