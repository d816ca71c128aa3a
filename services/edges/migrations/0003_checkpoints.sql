-- What a worker needs to go on after a crash: the state of each visitor, and last how far each partition got.
CREATE TABLE IF NOT EXISTS session_state
(
    project     LowCardinality(String),
    visitor     String,
    log_id      LowCardinality(String),
    partition   UInt32,
    next_offset Int64,
    key_hash    UInt32,
    format      UInt8,
    blob        String CODEC(ZSTD(1)), -- msgpack, base64
    due         Array(Int64), -- milliseconds, as in clocks
    touched     Array(Int64),
    version     UInt64,
    is_deleted  UInt8, -- not the engine's: what was deleted past a position is still asked for
    written_at  DateTime DEFAULT now()
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (project, visitor, log_id, partition)
TTL written_at + INTERVAL 30 DAY DELETE WHERE is_deleted = 1
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS positions
(
    log_id      String,
    partition   UInt32,
    partitions  UInt32,
    generation  UInt32,
    claim       String,
    began       UInt64,
    finished    UInt64,
    next_offset Int64,
    clocks      String,
    version     UInt64,
    written_at  DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (log_id, partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS journeys
(
    version  String,
    document String CODEC(ZSTD(1)), -- JSON
    saved_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(saved_at)
ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
