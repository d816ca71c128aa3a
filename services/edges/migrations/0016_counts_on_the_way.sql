-- How many quarters of an hour after its begin a session came to each place of its path (texts of numbers with commas
-- between, '' where it was there within the first): by these, funnels are told by when people entered them. Counts are
-- made anew by whoever asks. docs/adr/0013.
ALTER TABLE session_counts ADD COLUMN IF NOT EXISTS moved Array(LowCardinality(String)) AFTER got_done;

TRUNCATE TABLE IF EXISTS session_counts;
