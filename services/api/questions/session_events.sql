-- What the visitor did during a session: no two sessions of a visitor overlap.
SELECT id, type, name, occurred_at, path, url, title, props
FROM events
WHERE project = {project:String} AND visitor = {visitor:String}
    AND toDate(occurred_at) BETWEEN toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
        AND toDate(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
    AND occurred_at BETWEEN fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
        AND fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
ORDER BY occurred_at, id
LIMIT 1 BY id
LIMIT {limit:UInt16}
