-- Up to when a project's answers reach. Withdrawn rows carry no times, so nothing needs merging first.
SELECT
    toUnixTimestamp64Milli(max(ended_at)) AS newest_ms,
    (SELECT max(written_at) FROM positions) AS written_at
FROM sessions
WHERE project = {project:String}
