-- One session as it stands.
SELECT
    id, opened_on, visitor, user, started_at, ended_at, state, late, historical, events, pages, entry_page, exit_page,
    device, browser, os, country, referrer_class, source, medium, campaign,
    stage, step, job, job_confidence, job_evidence, job_rules, job_changes,
    outcome_at, outcome_event, value, currency, journey_version,
    arrayMap((stage, step, started, ended, event, rule) -> (stage, step, toUnixTimestamp64Milli(started), toUnixTimestamp64Milli(ended), event, rule),
        path_stage, path_step, path_started_at, path_ended_at, path_event, arrayResize(path_rule, length(path_event))) AS path
FROM sessions FINAL
WHERE project = {project:String} AND id = {id:String}
LIMIT 1
