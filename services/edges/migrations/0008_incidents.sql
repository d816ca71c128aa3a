-- One row an incident as it stands; the document has all of it, the columns what is asked by.
CREATE TABLE IF NOT EXISTS incidents
(
    project   LowCardinality(String),
    id        String,
    state     LowCardinality(String),
    began     UInt32, -- hours since 1970, as the next two
    judged    UInt32,
    recovered UInt32, -- 0: it goes on
    document  String CODEC(ZSTD(1)), -- JSON
    version   UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (project, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What was sent to whom, and what could not be. Written before an attempt and after it.
CREATE TABLE IF NOT EXISTS deliveries
(
    project  LowCardinality(String),
    id       String, -- of the incident, or of a digest
    moment   String, -- opened-494000
    receiver LowCardinality(String),
    state    LowCardinality(String), -- sending, sent, failed, dead
    attempts UInt16,
    doubts   UInt16, -- attempts of which nobody knows whether they arrived
    detail   String,
    again_ms Int64, -- when a failed one is tried again
    version  UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (project, id, moment, receiver)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What somebody does not want to hear of for a while: an incident by its id.
CREATE TABLE IF NOT EXISTS snoozes
(
    project  LowCardinality(String),
    id       String,
    until_ms Int64,
    version  UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (project, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
