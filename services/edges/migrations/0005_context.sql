-- How a visitor came, of the first event of the session that knows it ('' unknown). Events keep it as one short text,
-- because a column each would cost more at the insert than all else of an event.
ALTER TABLE sessions
    ADD COLUMN IF NOT EXISTS device         LowCardinality(String) AFTER exit_page, -- desktop, mobile, tablet, tv, other
    ADD COLUMN IF NOT EXISTS browser        LowCardinality(String) AFTER device,
    ADD COLUMN IF NOT EXISTS os             LowCardinality(String) AFTER browser,
    ADD COLUMN IF NOT EXISTS country        LowCardinality(String) AFTER os, -- ISO 3166, two letters
    ADD COLUMN IF NOT EXISTS referrer_class LowCardinality(String) AFTER country, -- direct, internal, search, …
    ADD COLUMN IF NOT EXISTS source         LowCardinality(String) AFTER referrer_class,
    ADD COLUMN IF NOT EXISTS medium         LowCardinality(String) AFTER source,
    ADD COLUMN IF NOT EXISTS campaign       LowCardinality(String) AFTER medium,
    ADD COLUMN IF NOT EXISTS click_id       LowCardinality(String) AFTER campaign; -- its kind, never the id

-- The order is that of services/core/seen.py.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS seen           LowCardinality(String) AFTER context,
    ADD COLUMN IF NOT EXISTS device         LowCardinality(String) ALIAS splitByChar('|', seen)[1],
    ADD COLUMN IF NOT EXISTS browser        LowCardinality(String) ALIAS splitByChar('|', seen)[2],
    ADD COLUMN IF NOT EXISTS os             LowCardinality(String) ALIAS splitByChar('|', seen)[3],
    ADD COLUMN IF NOT EXISTS referrer_class LowCardinality(String) ALIAS splitByChar('|', seen)[4],
    ADD COLUMN IF NOT EXISTS country        LowCardinality(String) ALIAS splitByChar('|', seen)[5],
    ADD COLUMN IF NOT EXISTS source         LowCardinality(String) ALIAS splitByChar('|', seen)[6],
    ADD COLUMN IF NOT EXISTS medium         LowCardinality(String) ALIAS splitByChar('|', seen)[7],
    ADD COLUMN IF NOT EXISTS campaign       LowCardinality(String) ALIAS splitByChar('|', seen)[8],
    ADD COLUMN IF NOT EXISTS click_id       LowCardinality(String) ALIAS splitByChar('|', seen)[9];

-- Who asked to be forgotten, and when: what they did until then is dropped wherever it still comes from. Kept for
-- longer than any log keeps its records, and no longer.
CREATE TABLE IF NOT EXISTS forgotten
(
    project      LowCardinality(String),
    visitor      String,
    forgotten_ms Int64 EPHEMERAL,
    forgotten_at DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Milli(forgotten_ms, 'UTC')
)
ENGINE = ReplacingMergeTree(forgotten_at)
ORDER BY (project, visitor)
TTL toDateTime(forgotten_at) + INTERVAL 90 DAY
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- For how long what is kept of which project, as applied to the tables last: '' stands for all others.
CREATE TABLE IF NOT EXISTS retention
(
    project    String,
    kept_for   String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY project
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
