    -- Attempts at jobs, of whoever is known to be one person. A session opens one unless its person began another with
    -- the same job within the journey's window before and left that undone. An attempt is done by the first outcome of
    -- its job within the window from its opening; what was done on the way there belongs to it. After scoped and
    -- known.
    toIntervalMillisecond({window_ms:Int64}) AS open_for,

    -- include frictions

    -- Numbers only, since arrays of texts take three times as long: sessions by their hash, a currency by its letters.
    pursued_jobs AS
    (
        SELECT
            multiIf(walk.user != '', walk.user, known_as != '', known_as, walk.visitor) AS person, job,
            arraySort(groupArray((start, opener, outcome, moves, acts, worth, currency_letters, is_rough, is_inside))) AS ones
        FROM
        (
            SELECT
                user, visitor, toString(sessions.job) AS job, cityHash64(id) AS opener,
                toUnixTimestamp64Milli(started_at) AS start, toUnixTimestamp64Milli(outcome_at) AS outcome,
                toUInt64(greatest(pages, length(path_stage))) AS moves, toUInt64(events) AS acts, value AS worth,
                reinterpretAsUInt64(toString(currency)) AS currency_letters,
                id IN (SELECT session_id FROM frictions WHERE severity >= 2 AND NOT intended) AS is_rough,
                (
                    started_at >= from_at AND started_at < to_at
                    -- filters
                ) AS is_inside
            FROM sessions FINAL
            WHERE project = {project:String} AND sessions.job NOT IN ('', 'unassigned')
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
            person, job, opener, fromUnixTimestamp64Milli(began, 'UTC') AS began_at, is_done,
            fromUnixTimestamp64Milli(done_ms, 'UTC') AS done_at,
            NOT is_done AND began + {window_ms:Int64} > {as_of_ms:Int64} AS is_undecided,
            if(is_done, (done_ms - began) / 1000, 0) AS took,
            length(tries) AS sessions_used,
            arrayExists(rough -> rough, tries.8) AS is_rough,
            arraySum(tries.4) AS moved,
            arraySum(tries.5) AS acted,
            if(is_done, tries[-1].6, arrayMax(tries.6)) AS stake,
            reinterpretAsString(arrayFirst(letters -> letters != 0, tries.7)) AS currency
        FROM
        (
            SELECT
                person, job, opener, began, finish > 0 AS is_done, if(is_done, in_time[finish].3, 0) AS done_ms,
                if(is_done, arraySlice(in_time, 1, finish), in_time) AS tries
            FROM
            (
                SELECT
                    person, job, ones[place].1 AS began, ones[place].2 AS opener,
                    if(length(ones) = 1, ones, arrayFilter(
                        (one, start) -> start <= began + {window_ms:Int64}, arraySlice(ones, place) AS rest, rest.1)) AS in_time,
                    arrayFirstIndex(outcome -> outcome > 0 AND outcome <= began + {window_ms:Int64}, in_time.3) AS finish
                FROM pursued_jobs
                ARRAY JOIN arrayFilter(
                    (n, start, before, before_done, is_inside) -> is_inside
                        AND (n = 1 OR before_done > 0 OR start > before + {window_ms:Int64}),
                    arrayEnumerate(ones), ones.1, arrayPushFront(arrayPopBack(ones.1), 0),
                    arrayPushFront(arrayPopBack(ones.3), 0), ones.9) AS place
            )
        )
    ),
