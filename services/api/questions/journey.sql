-- The journey stored last, or a certain version of it.
SELECT document
FROM journeys
WHERE {version:String} IN ('', version)
ORDER BY saved_at DESC
LIMIT 1
