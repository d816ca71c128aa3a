INSERT INTO session_counts
    (project, apart_by, opened_on, stored, fingerprint, longest_ms,
    quarter, parts, path_key, is_open, got_done, moved, way, moments, sessions)
SELECT
    {project:String}, {apart_by:String}, marks.opened_on, marks.stored, marks.fingerprint, cells.longest_ms,
    cells.quarters, cells.parts, cells.paths, cells.opens, cells.dones, cells.moves, cells.ways, cells.moments, cells.ns
FROM
(
    SELECT opened_on, count() AS stored, sum(cityHash64(id, version, is_deleted)) AS fingerprint
    FROM sessions
    WHERE project = {project:String} AND opened_on IN {days:Array(Date)}
    GROUP BY opened_on
) AS marks
LEFT JOIN
(
    SELECT
        opened_on, max(longest_ms) AS longest_ms, groupArray(quarter) AS quarters, groupArray(
            -- values
        ) AS parts, groupArray(path_key) AS paths,
        groupArray(is_open) AS opens, groupArray(got_done) AS dones, groupArray(moved) AS moves, groupArray(way) AS ways,
        groupArray(arrayMap(mark -> intDiv(mark - some_marks[1], 2), some_marks)) AS moments, groupArray(n) AS ns
    FROM
    (
        SELECT
            opened_on, quarter,
            -- columns
            any(path_told) AS path_key, is_open, got_done, moved, way, any(marks) AS some_marks,
            max(lasted_ms) AS longest_ms, count() AS n
        FROM
        (
            SELECT
                opened_on, intDiv(toUnixTimestamp64Milli(started_at), {span:UInt16} * 900000) * {span:UInt16} AS quarter,
                -- columns
                path_key AS path_told, state = 'open' AS is_open,
                {by_outcome:Bool} AND toUnixTimestamp64Milli(outcome_at) > 0 AS got_done,
                -- include alike_by_path
                -- include moved_on
                AS moved,
                -- include lasted
                AS lasted_ms
            FROM sessions FINAL
            WHERE project = {project:String} AND opened_on IN {days:Array(Date)}
        )
        GROUP BY
            opened_on, quarter,
            -- columns
            way, is_open, got_done, moved
    )
    GROUP BY opened_on
    -- Else its rows are as quick to read.
    HAVING length(ns) * {rows_a_count:UInt8} <= arraySum(ns)
) AS cells USING (opened_on)
-- What the rows are and what they count must be read of one moment.
SETTINGS enable_shared_storage_snapshot_in_query = 1, do_not_merge_across_partitions_select_final = 1
