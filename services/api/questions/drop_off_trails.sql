-- The last acts of those who dropped off, oldest first, by place: the ways out that were taken most.
WITH
    -- include scoped

    -- include circumstances

    -- include left_places

    -- include scoped_events

    trails AS
    (
        SELECT
            session_id,
            arraySlice(arrayMap(act -> act.3, arraySort(groupArray((
                occurred_at, id,
                if(type IN ('page', 'screen'), trim(concat(name, ' ', path)), toString(name)))))), -{acts:Int32}) AS trail
        FROM scoped_events
        WHERE session_id IN (SELECT id FROM places WHERE dropped)
        GROUP BY session_id
    )

SELECT stage, step, trail, sessions
FROM
(
    SELECT at_stage AS stage, at_step AS step, trail, count() AS sessions
    FROM places
    INNER JOIN trails ON trails.session_id = places.id
    WHERE dropped_here
    GROUP BY at_stage, at_step, trail
)
ORDER BY stage, step, sessions DESC, trail
LIMIT 5 BY stage, step
