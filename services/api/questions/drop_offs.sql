-- Where sessions ended without getting anywhere, and what became of those who left: by place.
WITH
    -- include scoped

    -- include circumstances

    -- include left_places

    -- include known

    left_open AS
    (
        SELECT
            id, toString(path_stage[-1]) AS stage, toString(job) AS job, ended_at AS left_at,
            multiIf(walk.user != '', walk.user, known_as != '', known_as, walk.visitor) AS person
        FROM (SELECT DISTINCT id, path_stage, job, ended_at, user, visitor FROM places WHERE dropped) AS walk
        LEFT JOIN known ON known.visitor = walk.visitor
    ),

    -- include taken_back

    fated AS
    (
        SELECT
            places.*, back.fate AS fate,
            fate = '' AND toUnixTimestamp64Milli(ended_at) + {open_ms:Int64} > {as_of_ms:Int64} AS is_undecided
        FROM places
        LEFT JOIN taken_back AS back ON back.id = places.id
    )

SELECT
    at_stage AS stage, at_step AS step,
    count() AS sessions, countIf(dropped_here) AS dropped,
    countIf(dropped_here AND fate = 'continued_later') AS continued_later,
    countIf(dropped_here AND fate = 'done_elsewhere') AS done_elsewhere,
    countIf(dropped_here AND is_undecided) AS undecided,
    countIf(dropped_here AND fate = '' AND NOT is_undecided) AS abandoned,
    arraySum(arraySort(groupArrayIf(value, dropped_here AND fate = ''))) AS left_value,
    topKIf(1)(currency, dropped_here AND value > 0) AS currencies,
    arraySlice(arraySort(groupArraySortedIf(3)(id, dropped_here AND fate = '')), 1, 3) AS examples,
    arraySlice(arraySort(p -> (-p.2, p.1), arrayZip(
        mapKeys(sumMapIf(map(exit_page, toUInt64(1)), dropped_here) AS exits), mapValues(exits))), 1, 5) AS last_pages
FROM fated
GROUP BY at_stage, at_step
ORDER BY dropped DESC, stage, step
