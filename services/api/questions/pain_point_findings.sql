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
    AND ({at_stage:String} = '' OR stage = {at_stage:String})
    AND ({at_step:String} = '' OR step = {at_step:String})
    AND ({at_page:String} = '' OR page = {at_page:String})
    AND ({at_element:String} = '' OR element = {at_element:String})
ORDER BY occurred_at DESC, id DESC
LIMIT {limit:UInt32}
