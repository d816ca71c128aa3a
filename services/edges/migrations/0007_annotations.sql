-- What a team notes beside the numbers: releases, campaigns, fixes. Of two rows with one key the higher `version` is
-- true, and is_deleted takes it back.
CREATE TABLE IF NOT EXISTS annotations
(
    project    LowCardinality(String),
    id         String,
    kind       LowCardinality(String), -- release, campaign, fix, note
    at_ms      Int64 EPHEMERAL,
    until_ms   Int64 EPHEMERAL,
    at         DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(at_ms, 'UTC'),
    until      DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(until_ms, 'UTC'), -- 1970: a moment
    title      String,
    detail     String,
    -- Of a fix: which pain point it mends.
    detector   LowCardinality(String),
    stage      LowCardinality(String),
    step       LowCardinality(String),
    page       String,
    element    String,
    version    UInt64, -- milliseconds when it was written
    is_deleted UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (project, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
