-- The sessions of a period, newest first, a page at a time, with how many there are in all: page and total are of
-- one reading. An empty filter lets everything through.
WITH
    -- include scoped

    -- include standing
    {detector:String} AS sought,

    page AS
    (
        SELECT *
        FROM
        (
            SELECT opened_on, id, started_at, count() OVER () AS total
            FROM scoped
            WHERE ({visitor:String} = '' OR visitor = {visitor:String})
                AND (sought = '' OR (opened_on, id) IN
                    (SELECT opened_on, session_id FROM judged WHERE fate = '' AND detector = sought))
        )
        WHERE (started_at, id) < (fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC'), {before_id:String})
        ORDER BY started_at DESC, id DESC
        LIMIT {limit:UInt16}
    )

-- include page_rows
