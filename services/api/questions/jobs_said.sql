-- What customers said themselves, by job: the one they named, else that of the session in which they said it.
WITH
    -- include scoped

    -- include statements

    '' AS nothing

SELECT
    part, job,
    countIf(name = 'done_stated' AND word IN ('true', 'false', 'yes', 'no', 'partly')) AS asked,
    countIf(name = 'done_stated' AND word IN ('true', 'yes')) AS confirmed,
    countIf(name = 'recommendation_stated' AND score BETWEEN 0 AND 10) AS scored,
    countIf(name = 'recommendation_stated' AND score BETWEEN 9 AND 10) AS promoters,
    countIf(name = 'recommendation_stated' AND score BETWEEN 0 AND 6) AS detractors,
    countIf(name = 'job_rated' AND importance BETWEEN 1 AND 5 AND satisfaction BETWEEN 1 AND 5) AS ratings,
    countIf(name = 'job_rated' AND importance BETWEEN 4 AND 5 AND satisfaction BETWEEN 1 AND 5) AS important,
    countIf(name = 'job_rated' AND importance BETWEEN 1 AND 5 AND satisfaction BETWEEN 4 AND 5) AS satisfied
FROM said
GROUP BY part, job
HAVING asked + scored + ratings > 0
ORDER BY part, job
