    -- Attempts at jobs, of whoever is known to be one person. A session opens one unless its person began another with
    -- the same job within the journey's window before and left that undone. An attempt is done by the first outcome of
    -- its job within the window from its opening; what was done on the way there belongs to it. After scoped and
    -- standing.
    toIntervalMillisecond({window_ms:Int64}) AS open_for,

    -- Sessions with clear friction: anything found in them that is neither slight nor meant, nor the abandonment itself.
    rubbed AS
    (
        SELECT session_id
        FROM judged
        WHERE fate = '' AND severity >= 2 AND NOT intended AND detector NOT IN {drop_offs:Array(String)}
    ),

    pursued_jobs AS
    (
        SELECT
            multiIf(walk.user != '', walk.user, known_as != '', known_as, walk.visitor) AS person, job,
            arraySort(groupArray((
                started_at, id, toUnixTimestamp64Milli(outcome_at) > 0, outcome_at,
                toUInt64(greatest(pages, length(path_stage))), toUInt64(events), value, toString(currency),
                walk.id IN (SELECT session_id FROM rubbed)))) AS ones
        FROM
        (
            SELECT id, user, visitor, job, started_at, outcome_at, pages, path_stage, events, value, currency
            FROM sessions FINAL
            WHERE project = {project:String} AND job NOT IN ('', 'unassigned')
                AND opened_on BETWEEN toDate32(from_at - open_for) - {longest_days:UInt16}
                    AND toDate32(to_at + open_for) + {longest_days:UInt16}
                AND started_at >= from_at - open_for AND started_at < to_at + open_for
        ) AS walk
        LEFT JOIN known ON known.visitor = walk.visitor
        GROUP BY person, job
    ),

    attempts AS
    (
        SELECT
            person, job, opened.1 AS began_at, opened.2 AS opener, part,
            arrayFilter(one -> one.1 <= began_at + open_for, arraySlice(ones, place)) AS in_time,
            arrayFirstIndex(one -> one.3 AND one.4 <= began_at + open_for, in_time) AS finish,
            finish > 0 AS is_done,
            NOT is_done AND toUnixTimestamp64Milli(began_at) + {window_ms:Int64} > {as_of_ms:Int64} AS is_undecided,
            if(is_done, arraySlice(in_time, 1, finish), in_time) AS tries,
            if(is_done, (toUnixTimestamp64Milli(in_time[finish].4) - toUnixTimestamp64Milli(began_at)) / 1000, 0) AS took,
            arrayExists(one -> one.9, tries) AS is_rough,
            arraySum(one -> one.5, tries) AS moved,
            arraySum(one -> one.6, tries) AS acted,
            if(is_done, in_time[finish].7, arrayMax(one -> one.7, tries)) AS stake,
            arrayFirst(one -> one.8 != '', tries).8 AS currency
        FROM
        (
            SELECT
                person, job, ones,
                arrayJoin(arrayFilter(
                    n -> ones[n].1 >= from_at AND ones[n].1 < to_at
                        AND (n = 1 OR ones[n - 1].3 OR ones[n].1 > ones[n - 1].1 + open_for),
                    arrayEnumerate(ones))) AS place,
                ones[place] AS opened
            FROM pursued_jobs
        ) AS begun
        INNER JOIN (SELECT id, part FROM scoped) AS inside ON inside.id = begun.opened.2
    ),
