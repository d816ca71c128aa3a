-- What the request of a refused event told of its visitor (services/core/seen.py), as it is not in the bytes of the call:
-- sent again, the event would come from nowhere.
ALTER TABLE refused_events ADD COLUMN IF NOT EXISTS seen LowCardinality(String);
