-- One row a session and one a finding, as they stand: of two rows with one key the higher `version` is true,
-- and is_deleted withdraws it. The month of `opened_on` never changes, so rows of one key share a partition.
CREATE TABLE IF NOT EXISTS sessions
(
    project         LowCardinality(String),
    opened_on       Date,
    id              String,
    visitor         String,
    user            String,
    started_ms      Int64 EPHEMERAL,
    ended_ms        Int64 EPHEMERAL,
    started_at      DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(started_ms, 'UTC'),
    ended_at        DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(ended_ms, 'UTC'),
    state           LowCardinality(String),
    late            Bool,
    historical      Bool,
    events          UInt32,
    pages           UInt32,
    entry_page      String CODEC(ZSTD(1)),
    exit_page       String CODEC(ZSTD(1)),
    stage           LowCardinality(String),
    step            LowCardinality(String),
    path_stage      Array(LowCardinality(String)),
    path_step       Array(LowCardinality(String)),
    path_started_ms Array(Int64) EPHEMERAL,
    path_ended_ms   Array(Int64) EPHEMERAL,
    path_started_at Array(DateTime64(3, 'UTC')) DEFAULT arrayMap(t -> fromUnixTimestamp64Milli(t, 'UTC'), path_started_ms),
    path_ended_at   Array(DateTime64(3, 'UTC')) DEFAULT arrayMap(t -> fromUnixTimestamp64Milli(t, 'UTC'), path_ended_ms),
    path_event      Array(String) CODEC(ZSTD(1)),
    job             LowCardinality(String),
    job_confidence  Float64,
    job_evidence    Array(String) CODEC(ZSTD(1)),
    job_rules       Array(LowCardinality(String)),
    job_changes     Array(LowCardinality(String)),
    outcome_ms      Int64 EPHEMERAL,
    outcome_at      DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(outcome_ms, 'UTC'), -- 1970: not reached
    outcome_event   String,
    value           Float64,
    currency        LowCardinality(String),
    journey_version LowCardinality(String),
    partition       UInt32,
    version         UInt64,
    is_deleted      UInt8,
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_visitor visitor TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_version version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(opened_on)
ORDER BY (project, opened_on, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS findings
(
    project         LowCardinality(String),
    opened_on       Date,
    session_id      String,
    id              String,
    visitor         String,
    detector        LowCardinality(String),
    stage           LowCardinality(String),
    step            LowCardinality(String),
    page            String CODEC(ZSTD(1)),
    element         String CODEC(ZSTD(1)),
    job             LowCardinality(String),
    occurred_ms     Int64 EPHEMERAL,
    occurred_at     DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(occurred_ms, 'UTC'),
    severity        UInt8,
    cost_seconds    Float64,
    cost_steps      Int32,
    value           Float64,
    currency        LowCardinality(String),
    intended        Bool,
    cause           String CODEC(ZSTD(1)),
    evidence        Array(String) CODEC(ZSTD(1)),
    journey_version LowCardinality(String),
    partition       UInt32,
    version         UInt64,
    is_deleted      UInt8,
    INDEX by_session session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_version version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(opened_on)
ORDER BY (project, opened_on, session_id, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
