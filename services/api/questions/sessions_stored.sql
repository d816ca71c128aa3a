-- About how many sessions there are of the days in question: what the index knows, without reading any.
SELECT count() AS sessions
FROM sessions
WHERE project = {project:String}
    AND opened_on BETWEEN toDate32(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
        AND toDate32(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')) + {longest_days:UInt16}
