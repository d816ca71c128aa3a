    -- Visitors, each once a bucket, and whether any of their sessions in it got done.
    told AS
    (
        SELECT min(moment) AS started_at, part, 0 AS amount, true AS is_over, max(is_done) AS is_so
        FROM
        (
            SELECT
                started_at AS moment, visitor, part,
                hasAny(path_stage, {done:Array(String)}) OR toUnixTimestamp64Milli(outcome_at) > 0 AS is_done,
                -- include begin_of_bucket
                AS bucket
            FROM scoped
        )
        GROUP BY visitor, part, bucket
    ),
