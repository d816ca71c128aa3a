-- The findings behind a pain point, newest first, each with its evidence.
WITH
    -- include scoped

    -- include scoped_findings

    '' AS nothing

SELECT
    id, session_id, detector, stage, step, page, element, occurred_at, severity, cost_seconds, cost_steps, value, currency,
    intended, cause, evidence
FROM scoped_findings
WHERE fate = '' AND detector = {detector:String}
    AND (empty({at_stage:Array(String)}) OR has({at_stage:Array(String)}, stage))
    AND (empty({at_step:Array(String)}) OR has({at_step:Array(String)}, step))
    AND (empty({at_page:Array(String)}) OR has({at_page:Array(String)}, page))
    AND (empty({at_element:Array(String)}) OR has({at_element:Array(String)}, element))
ORDER BY occurred_at DESC, id DESC
LIMIT {limit:UInt32}
