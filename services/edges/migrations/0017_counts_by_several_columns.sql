-- What tells sessions apart, of several columns at once: `apart_by` names them with commas between, in their order; each
-- count has a value for each of them. A day of which there would be nearly as many counts as rows is kept without any:
-- its rows are read. Counts are made anew by whoever asks. docs/adr/0023.
TRUNCATE TABLE IF EXISTS session_counts;

ALTER TABLE session_counts ADD COLUMN IF NOT EXISTS parts Array(Array(LowCardinality(String))) AFTER quarter;

ALTER TABLE session_counts DROP COLUMN IF EXISTS value;
