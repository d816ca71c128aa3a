-- Where rows of a worker that lost its partition may still come late: whoever takes on looks there too
-- (services/core/claim.py). Each is partition, after and before which versions, in another log, since when in milliseconds.
ALTER TABLE positions ADD COLUMN IF NOT EXISTS owed Array(Tuple(UInt32, UInt64, UInt64, Bool, Int64));

-- How far the rows of a visitor were true that were left unfinished: a state written since does not tell it any more.
CREATE TABLE IF NOT EXISTS believed
(
    project    LowCardinality(String),
    visitor    String,
    stands_for UInt64,
    written_at DateTime DEFAULT now()
)
ENGINE = ReplacingMergeTree
ORDER BY (project, visitor, stands_for)
TTL written_at + INTERVAL 30 DAY
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
