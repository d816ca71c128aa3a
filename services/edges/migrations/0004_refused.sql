-- One row a refused event. Its key is where its record lies, so a worker that writes it again, however much later,
-- replaces it: a partition by time would keep both, and some program's own times on the topic would make too many.
CREATE TABLE IF NOT EXISTS refused_events
(
    log_id     LowCardinality(String),
    partition  UInt32,
    offset     Int64,
    project    LowCardinality(String),
    reason     LowCardinality(String),
    detail     String,
    raw        String CODEC(ZSTD(1)), -- base64
    size       UInt64, -- bytes that came
    type       LowCardinality(String),
    skew       Int64, -- milliseconds that the client's clock was behind ours
    historical Bool,
    refused_ms Int64 EPHEMERAL,
    refused_at DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(refused_ms, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (project, log_id, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Which were sent again and taken. A table of its own, because a worker may write a refused event again at any time,
-- and must not undo that.
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
