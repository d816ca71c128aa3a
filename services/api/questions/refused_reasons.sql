-- How many of a project's events were refused for which reason, with the same filters as the list (refused.sql).
SELECT reason, count() AS events
FROM refused_events FINAL
WHERE project = {project:String}
    AND ({reason:String} = '' OR reason = {reason:String})
    AND ({replayed:Bool} OR (log_id, partition, offset) NOT IN
        (SELECT log_id, partition, offset FROM refused_replays WHERE project = {project:String}))
    AND refused_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    AND refused_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
GROUP BY reason
ORDER BY events DESC, reason
