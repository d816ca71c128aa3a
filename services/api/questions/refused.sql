-- A project's refused events, newest first, a page at a time. An empty filter lets everything through.
SELECT reason, detail, refused_at, raw, size, log_id, partition, offset, replayed_ms
FROM refused_events FINAL
LEFT JOIN
(
    SELECT log_id, partition, offset, toUnixTimestamp64Milli(max(replayed_at)) AS replayed_ms
    FROM refused_replays
    WHERE project = {project:String}
    GROUP BY log_id, partition, offset
) AS replays USING (log_id, partition, offset)
WHERE project = {project:String}
    AND ({reason:String} = '' OR reason = {reason:String})
    AND ({replayed:Bool} OR replayed_ms = 0)
    AND refused_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    AND refused_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND (refused_at, log_id, partition, offset) <
        (fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC'), {before_log:String}, {before_partition:UInt32},
         {before_offset:Int64})
ORDER BY refused_at DESC, log_id DESC, partition DESC, offset DESC
LIMIT {limit:UInt16}
