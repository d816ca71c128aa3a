-- What funnels are counted by. Two sessions with one path_key take the same way through any funnel whose windows do not
-- bind, since it says all that such a way depends on: the places in order, and behind each how many of the runs before
-- it ended less than a second before it began (most clients round to seconds, so these count as of one moment).
ALTER TABLE sessions
    ADD COLUMN IF NOT EXISTS path_key LowCardinality(String) DEFAULT arrayStringConcat(arrayMap(
        (stage, step, n) -> concat(stage, '\t', step, '\t', toString(countEqual(arrayMap(
            ended -> ended > path_started_at[n] - toIntervalMillisecond(1000), arraySlice(path_ended_at, 1, n - 1)), 1))),
        path_stage, path_step, arrayEnumerate(path_stage)), '\n') AFTER path_event,
    ADD COLUMN IF NOT EXISTS path_offset Array(UInt32) DEFAULT arrayMap(
        began -> toUInt32(toUnixTimestamp64Milli(began) - toUnixTimestamp64Milli(path_started_at[1])), path_started_at)
        AFTER path_key;

-- Reading with FINAL is free of charge where a month is one part: let it become one when it has been quiet for an hour.
ALTER TABLE sessions
    MODIFY SETTING min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1;

ALTER TABLE findings
    MODIFY SETTING min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1;
