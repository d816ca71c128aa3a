-- One row an event. The JSON on the topic is inserted as it is: `…_ms` numbers fill the `…_at` columns,
-- because ClickHouse reads an integer for a DateTime64(3) as seconds whatever date_time_input_format says.
-- Fields equal to their default are left out on the wire.
CREATE TABLE IF NOT EXISTS events
(
    project      LowCardinality(String),
    id           String,
    visitor      String,
    user         String,
    type         LowCardinality(String),
    name         LowCardinality(String),
    occurred_ms  Int64 EPHEMERAL,
    received_ms  Int64 EPHEMERAL,
    watermark_ms Int64 EPHEMERAL,
    occurred_at  DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(occurred_ms, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at  DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(received_ms, 'UTC') CODEC(Delta, ZSTD(1)),
    watermark_at DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(watermark_ms, 'UTC') CODEC(Delta, ZSTD(1)),
    path         String CODEC(ZSTD(1)),
    url          String CODEC(ZSTD(1)),
    referrer     String CODEC(ZSTD(1)),
    title        String CODEC(ZSTD(1)),
    props        String DEFAULT '{}' CODEC(ZSTD(1)),
    context      String DEFAULT '{}' CODEC(ZSTD(1)),
    INDEX by_visitor visitor TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (project, toDate(occurred_at), name, visitor, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
