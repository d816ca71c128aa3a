-- A project's annotations that touch a period, oldest first.
SELECT
    id, kind, toUnixTimestamp64Milli(at) AS at_ms, toUnixTimestamp64Milli(until) AS until_ms, title, detail,
    detector, stage, step, page, element
FROM annotations FINAL
WHERE project = {project:String}
    AND toUnixTimestamp64Milli(at) < {to_ms:Int64}
    AND greatest(toUnixTimestamp64Milli(at), toUnixTimestamp64Milli(until)) >= {from_ms:Int64}
ORDER BY at, id
LIMIT {limit:UInt32}
