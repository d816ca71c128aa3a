    -- Attempts at jobs, of whoever is known to be one person. A session opens one unless its person began another with
    -- the same job within the journey's window before and left that undone. An attempt is done by the first outcome of
    -- its job within the window from its opening; what was done on the way there belongs to it. After scoped.
    toIntervalMillisecond({window_ms:Int64}) AS open_for,

    -- include frictions

    -- include known_numbers

    -- Numbers only, since texts take three times as long: people, sessions, and who with what job (`pursuit`) are their
    -- hashes. Any two of ten million pursuits are alike with odds of 1 to 370,000.
    pursued AS MATERIALIZED
    (
        SELECT
            multiIf(user_number != 0, user_number, known_number != 0, known_number, visitor_number) AS person,
            cityHash64(person, job) AS pursuit, job, opener, start, outcome, moves, acts, worth, currency, is_rough, is_inside
        FROM
        (
            SELECT
                if(user != '', cityHash64(user), 0) AS user_number, cityHash64(visitor) AS visitor_number,
                job, cityHash64(id) AS opener,
                toUnixTimestamp64Milli(started_at) AS start, toUnixTimestamp64Milli(outcome_at) AS outcome,
                toUInt64(greatest(pages, length(path_stage))) AS moves, toUInt64(events) AS acts, value AS worth,
                substring(currency, 1, 8) AS currency,
                opener IN (SELECT cityHash64(session_id) FROM frictions WHERE severity >= 2 AND NOT intended) AS is_rough,
                (
                    started_at >= from_at AND started_at < to_at
                    -- filters
                ) AS is_inside
            FROM sessions FINAL
            WHERE project = {project:String} AND job NOT IN ('', 'unassigned')
                AND opened_on BETWEEN toDate32(from_at - open_for) - {longest_days:UInt16}
                    AND toDate32(to_at + open_for) + {longest_days:UInt16}
                AND started_at >= from_at - open_for AND started_at < to_at + open_for
        ) AS walk
        LEFT ANY JOIN known_numbers ON known = visitor_number
    ),

    -- Most people have one session with a job, which is all of its attempt: only the others' are put in order.
    repeated AS MATERIALIZED
    (
        SELECT pursuit
        FROM pursued
        GROUP BY pursuit
        HAVING count() > 1
    ),

    orderly AS
    (
        SELECT
            any(pursued.person) AS person, any(pursued.job) AS job,
            arraySort(groupArray((
                start, opener, outcome, moves, acts, worth, reinterpretAsUInt64(toString(currency)), is_rough, is_inside))) AS ones
        FROM pursued
        WHERE pursuit IN (SELECT pursuit FROM repeated)
        GROUP BY pursuit
    ),

    attempts AS
    (
        SELECT
            person, job, opener, fromUnixTimestamp64Milli(began, 'UTC') AS began_at, is_done,
            fromUnixTimestamp64Milli(done_ms, 'UTC') AS done_at,
            NOT is_done AND began + {window_ms:Int64} > {as_of_ms:Int64} AS is_undecided,
            if(is_done, (done_ms - began) / 1000, 0) AS took,
            sessions_used, is_rough, moved, acted, stake, currency
        FROM
        (
            SELECT
                person, job, opener, start AS began, outcome > 0 AND outcome <= start + {window_ms:Int64} AS is_done,
                if(is_done, outcome, 0) AS done_ms,
                toUInt64(1) AS sessions_used, is_rough, moves AS moved, acts AS acted, worth AS stake, currency
            FROM pursued
            WHERE is_inside AND pursuit NOT IN (SELECT pursuit FROM repeated)

            UNION ALL

            SELECT
                person, job, opener, began, is_done, done_ms, length(tries) AS sessions_used,
                arrayExists(rough -> rough, tries.8) AS is_rough,
                arraySum(tries.4) AS moved,
                arraySum(tries.5) AS acted,
                if(is_done, tries[-1].6, arrayMax(tries.6)) AS stake,
                toLowCardinality(reinterpretAsString(arrayFirst(letters -> letters != 0, tries.7))) AS currency
            FROM
            (
                SELECT
                    person, job, opener, began, finish > 0 AS is_done, if(is_done, in_time[finish].3, 0) AS done_ms,
                    if(is_done, arraySlice(in_time, 1, finish), in_time) AS tries
                FROM
                (
                    SELECT
                        person, job, ones[place].1 AS began, ones[place].2 AS opener,
                        arrayFilter((one, start) -> start <= began + {window_ms:Int64}, arraySlice(ones, place) AS rest, rest.1) AS in_time,
                        arrayFirstIndex(outcome -> outcome > 0 AND outcome <= began + {window_ms:Int64}, in_time.3) AS finish
                    FROM orderly
                    ARRAY JOIN arrayFilter(
                        (n, start, before, before_done, is_inside) -> is_inside
                            AND (n = 1 OR before_done > 0 OR start > before + {window_ms:Int64}),
                        arrayEnumerate(ones), ones.1, arrayPushFront(arrayPopBack(ones.1), 0),
                        arrayPushFront(arrayPopBack(ones.3), 0), ones.9) AS place
                )
            )
        )
    ),
