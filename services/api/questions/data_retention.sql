-- What is said of a project goes before what is said of all others ('').
SELECT kept_for, applied_at
FROM retention FINAL
WHERE project IN ('', {project:String})
ORDER BY project DESC
LIMIT 1
