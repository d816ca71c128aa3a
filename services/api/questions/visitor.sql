-- The sessions of one person, on whatever device, newest first.
WITH
    -- include known

    theirs AS
    (
        SELECT DISTINCT visitor
        FROM sessions FINAL
        WHERE project = {project:String} AND (user = {person:String} OR visitor = {person:String})
    )

SELECT
    id, opened_on, visitor, user, started_at, ended_at, state, device, browser, os, country, stage, step, job, outcome_at,
    value, currency, path_stage, path_started_at
FROM
(
    SELECT *
    FROM sessions FINAL
    WHERE project = {project:String} AND visitor IN (SELECT visitor FROM theirs)
) AS walk
LEFT JOIN known ON known.visitor = walk.visitor
WHERE multiIf(walk.user != '', walk.user, known_as != '', known_as, walk.visitor) = {person:String}
ORDER BY started_at DESC, id DESC
LIMIT {limit:UInt32}
