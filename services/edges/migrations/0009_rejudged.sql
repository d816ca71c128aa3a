-- What another journey would make of stored events: the rows of each day as they would be written, and the days that are
-- done with what is different in them. Of a day whose judging was broken off only the attempt counts that came to its end.
CREATE TABLE IF NOT EXISTS rejudged
(
    run     String,
    day     Date,
    attempt String,
    target  LowCardinality(String),
    lines   String CODEC(ZSTD(1)) -- JSON, a row each
)
ENGINE = MergeTree
ORDER BY (run, day, attempt, target)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS rejudged_days
(
    run        String,
    day        Date,
    attempt    String,
    difference String CODEC(ZSTD(1)), -- JSON
    written_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (run, day)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
