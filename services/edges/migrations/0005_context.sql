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
