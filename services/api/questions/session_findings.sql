-- What a session got stuck on, in the order in which it happened, and what was taken back since.
WITH
    -- include standing
    {id:String} AS sought
SELECT
    id, detector, stage, step, page, element, occurred_at, severity, cost_seconds, cost_steps, value, currency,
    intended, cause, evidence, fate, done_at, done_in
FROM judged
WHERE session_id = sought
ORDER BY occurred_at, id
LIMIT 1000
