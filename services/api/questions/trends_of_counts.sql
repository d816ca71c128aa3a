-- A measure by time that only depends on the path of a session, on its job, and on whether it is open or got done: told
-- of counts. What each metric means stands in trends.py.
WITH
    -- include scoped

    -- include counted_rows

    -- What each path says is worked out once: where it came first to a place, whether it was at another from there on.
    paths AS
    (
        SELECT
            path_key,
            -- include runs_of_path
            arrayFirstIndex((s, l) -> {at:String} IN (s, l), stages_of, labels) AS entry,
            arrayExists((s, l, n) -> n >= entry AND {goal:String} IN (s, l), stages_of, labels, arrayEnumerate(runs)) AS gets_there,
            {at:String} IN (stages_of[-1], labels[-1]) AS ends_here,
            hasAny(stages_of, {done:Array(String)}) AS gets_done
        FROM (SELECT DISTINCT path_key FROM counted)
    ),

    told AS
    (
        SELECT
            fromUnixTimestamp64Milli(quarter * 900000, 'UTC') AS started_at,
            part AS cell, n,
            -- is_so
            AS is_so
        FROM counted
        INNER JOIN paths USING (path_key)
        WHERE
            -- is_told
    )

SELECT
    -- include begin_of_bucket
    AS begin,
    begin.1 AS begins, begin.2 AS hour,
    -- of_part
    AS part,
    -- of_line
    AS line,
    sum(n) AS sessions, sumIf(n, is_so) AS happened, 0 AS in_progress, 0 AS total, 0 AS median
FROM told
GROUP BY begin, part, line
ORDER BY part, begin, line
LIMIT 50000 BY part
