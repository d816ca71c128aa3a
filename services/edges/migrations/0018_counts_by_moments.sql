-- Where windows may bind, sessions of one path do not fare alike: each count also has the number of the way that its
-- sessions take, and when one of these was at each place (milliseconds since the first; none where none matter). Which
-- lengths a way knows stands in `apart_by`. And how long the day's longest session of several places is, so that a window
-- that none outlasts is known without a look at rows. Counts are made anew by whoever asks. docs/adr/0025.
TRUNCATE TABLE IF EXISTS session_counts;

ALTER TABLE session_counts
    ADD COLUMN IF NOT EXISTS longest_ms Int64 AFTER fingerprint,
    ADD COLUMN IF NOT EXISTS way Array(UInt64) AFTER moved,
    ADD COLUMN IF NOT EXISTS moments Array(Array(Int64)) AFTER way;
