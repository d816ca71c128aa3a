-- The sessions of a page in full: only these are read so wide.
SELECT
    page.total AS total, id, visitor, user, started_at, ended_at, state, late, historical, events, pages, entry_page,
    exit_page, device, browser, os, country, referrer_class, source, medium, campaign, stage, step, job, job_confidence, outcome_at, value, currency, journey_version
FROM sessions FINAL
INNER JOIN page ON page.opened_on = sessions.opened_on AND page.id = sessions.id
WHERE project = {project:String} AND (opened_on, id) IN (SELECT opened_on, id FROM page)
ORDER BY started_at DESC, id DESC
