-- What a session got stuck on, in the order in which it happened.
SELECT
    id, detector, stage, step, page, element, occurred_at, severity, cost_seconds, cost_steps, value, currency,
    intended, cause, evidence
FROM findings FINAL
WHERE project = {project:String} AND opened_on = {opened_on:Date} AND session_id = {id:String}
ORDER BY occurred_at, id
LIMIT 1000
