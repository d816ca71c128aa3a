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
                    AND (empty({at_stage:Array(String)}) OR has({at_stage:Array(String)}, stage))
                    AND (empty({at_step:Array(String)}) OR has({at_step:Array(String)}, step))
                    AND (empty({at_page:Array(String)}) OR has({at_page:Array(String)}, page))
                    AND (empty({at_element:Array(String)}) OR has({at_element:Array(String)}, element))
            )
        )
        WHERE (started_at, id) < (fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC'), {before_id:String})
        ORDER BY started_at DESC, id DESC
        LIMIT {limit:UInt16}
    )

-- include page_rows
