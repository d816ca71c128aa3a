-- By which rule each place of a session's path was entered; nobody wrote that down for the paths before.
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS path_rule Array(LowCardinality(String)) AFTER path_event;
