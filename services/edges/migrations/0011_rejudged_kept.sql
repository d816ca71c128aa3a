-- What of a journey's change need not be judged: `attempt` is one call of the command.
-- Names and pages of events that the change concerns.
CREATE TABLE IF NOT EXISTS rejudged_meanings
(
    run     String,
    attempt String,
    name    String,
    path    String
)
ENGINE = MergeTree
ORDER BY (run, attempt, name, path)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Visitors whose events are read; all others' sessions stay as they are.
CREATE TABLE IF NOT EXISTS rejudged_visitors
(
    run     String,
    attempt String,
    visitor String
)
ENGINE = MergeTree
ORDER BY (run, attempt, visitor)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Sessions as they stood before anything was looked at, each by the day on which it was over. One whose visitor is read
-- is kept only where it is here once more without a visitor: then it was looked at, and nothing was other.
CREATE TABLE IF NOT EXISTS rejudged_kept
(
    run       String,
    attempt   String,
    day       Date,
    opened_on Date,
    id        String,
    version   UInt64,
    visitor   String,
    stage     LowCardinality(String),
    job       LowCardinality(String),
    done      Bool
)
ENGINE = MergeTree
ORDER BY (run, attempt, day, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
