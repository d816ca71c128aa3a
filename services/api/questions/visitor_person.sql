-- Whom an id stands for: a user, else whom a visitor was last known as, else '' for the visitor alone.
SELECT
    count() AS sessions,
    if(countIf(user = {id:String}) > 0, {id:String}, argMaxIf(user, ended_at, user != '')) AS known
FROM sessions FINAL
WHERE project = {project:String} AND (user = {id:String} OR visitor = {id:String})
