    -- Attempts at jobs, of whoever is known to be one person. A session opens one unless its person began another with
    -- the same job within the journey's window before and left that undone; else it goes on with that one's. An attempt
    -- is over when it is done, or a window after its last session began. After scoped.
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
                -- include measured
                (
                    started_at >= from_at AND started_at < to_at
                    -- filters
                ) AS is_inside
            FROM sessions FINAL
            WHERE project = {project:String} AND job NOT IN ('', 'unassigned')
                -- An attempt that was begun in the period may go on for as long as people come back.
                AND opened_on >= toDate32(from_at - open_for) - {longest_days:UInt16}
                AND started_at >= from_at - open_for
                -- whose
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
            person, job, opener, fromUnixTimestamp64Milli(began, 'UTC') AS began_at,
            fromUnixTimestamp64Milli(last_began, 'UTC') AS last_at, is_done,
            fromUnixTimestamp64Milli(done_ms, 'UTC') AS done_at,
            NOT is_done AND last_began + {window_ms:Int64} > {as_of_ms:Int64} AS is_undecided,
            if(is_done, (done_ms - began) / 1000, 0) AS took,
            sessions_used, is_rough, moved, acted, stake, currency
        FROM
        (
            SELECT
                person, job, opener, start AS began, start AS last_began, outcome > 0 AS is_done, outcome AS done_ms,
                toUInt64(1) AS sessions_used, is_rough, moves AS moved, acts AS acted, worth AS stake, currency
            FROM pursued
            WHERE is_inside AND pursuit NOT IN (SELECT pursuit FROM repeated)

            UNION ALL

            SELECT
                person, job, tries[1].2 AS opener, tries[1].1 AS began, tries[-1].1 AS last_began,
                tries[-1].3 > 0 AS is_done, if(is_done, tries[-1].3, 0) AS done_ms, length(tries) AS sessions_used,
                arrayExists(rough -> rough, tries.8) AS is_rough,
                arraySum(tries.4) AS moved,
                arraySum(tries.5) AS acted,
                if(is_done, tries[-1].6, arrayMax(tries.6)) AS stake,
                toLowCardinality(reinterpretAsString(arrayFirst(letters -> letters != 0, tries.7))) AS currency
            FROM orderly
            ARRAY JOIN arraySplit(
                (one, start, before, before_done) -> before_done > 0 OR start > before + {window_ms:Int64},
                ones, ones.1, arrayPushFront(arrayPopBack(ones.1), 0), arrayPushFront(arrayPopBack(ones.3), 0)) AS tries
            WHERE tries[1].9
        )
    ),
