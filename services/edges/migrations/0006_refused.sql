-- What sending a refused event again needs to know, and which were sent again and taken. The latter is a table of its
-- own, because a worker may write a refused event again at any time, and must not undo that.
ALTER TABLE refused_events
    ADD COLUMN IF NOT EXISTS size UInt64 DEFAULT length(base64Decode(raw)), -- bytes that came
    ADD COLUMN IF NOT EXISTS type LowCardinality(String),
    ADD COLUMN IF NOT EXISTS skew_ms Int64,
    ADD COLUMN IF NOT EXISTS historical Bool;

CREATE TABLE IF NOT EXISTS refused_replays
(
    log_id      LowCardinality(String),
    partition   UInt32,
    offset      Int64,
    project     LowCardinality(String),
    replayed_ms Int64 EPHEMERAL,
    replayed_at DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(replayed_ms, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (project, log_id, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
