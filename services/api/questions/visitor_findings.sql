-- What a person got stuck on, by detector; what was taken back does not count.
WITH
    -- include standing
    {sessions:Array(String)} AS sought
SELECT
    detector, countIf(NOT intended) AS findings, countIf(intended) AS meant, uniqExact(session_id) AS sessions,
    max(occurred_at) AS last_at, argMax(session_id, occurred_at) AS last_session
FROM judged
WHERE has(sought, session_id) AND fate = ''
GROUP BY detector
ORDER BY findings DESC, detector
LIMIT 1000
