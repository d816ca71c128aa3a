-- Which rows there are of each day, in one number that any change of them changes: kept with each part of the table, so
-- that asking for it reads a row a part and day. It takes what makes a row another one, not what FINAL would make of
-- them. Beside it the newest moment, which every answer tells.
ALTER TABLE sessions MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild';

ALTER TABLE sessions ADD PROJECTION IF NOT EXISTS days
(
    SELECT project, opened_on, count(), sum(cityHash64(id, version, is_deleted)), max(ended_at)
    GROUP BY project, opened_on
);

ALTER TABLE sessions MATERIALIZE PROJECTION days;

-- Sessions of a day, counted by when they began (quarters of an hour since 1970), what tells them apart (a column of
-- theirs, `apart_by`, and its value), the path they took, whether they are open and whether their job got done: one row
-- has all counts of a day. They hold as long as the day's rows are those that they were counted from (`stored` and
-- `fingerprint`), and may be thrown away at any time. docs/adr/0013.
CREATE TABLE IF NOT EXISTS session_counts
(
    project     LowCardinality(String),
    apart_by    LowCardinality(String),
    opened_on   Date,
    stored      UInt64,
    fingerprint UInt64,
    quarter     Array(UInt32),
    value       Array(LowCardinality(String)),
    path_key    Array(LowCardinality(String)),
    is_open     Array(Bool),
    got_done    Array(Bool),
    sessions    Array(UInt32),
    counted_at  DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(counted_at)
ORDER BY (project, apart_by, opened_on)
TTL toDateTime(counted_at) + INTERVAL 30 DAY;
