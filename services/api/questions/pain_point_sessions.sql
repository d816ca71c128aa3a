-- The sessions behind a pain point, newest first, a page at a time.
WITH
    -- include scoped

    -- include scoped_findings

    page AS
    (
        SELECT *
        FROM
        (
            SELECT opened_on, id, started_at, count() OVER () AS total
            FROM scoped
            WHERE id IN
            (
                SELECT session_id
                FROM scoped_findings
                WHERE fate = '' AND detector = {detector:String}
                    AND ({at_stage:String} = '' OR stage = {at_stage:String})
                    AND ({at_step:String} = '' OR step = {at_step:String})
                    AND ({at_page:String} = '' OR page = {at_page:String})
                    AND ({at_element:String} = '' OR element = {at_element:String})
            )
        )
        WHERE (started_at, id) < (fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC'), {before_id:String})
        ORDER BY started_at DESC, id DESC
        LIMIT {limit:UInt16}
    )

-- include page_rows
