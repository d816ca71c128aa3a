-- How many units (sessions or people) reached each step of a funnel, and how long they took.
-- Read from session rows alone: an element of a path is a run of events at one place, with the moments of
-- the first and the last of them. What each order means stands in funnel.py.
WITH
    {unit:String} = 'person' AS by_person,
    {order:String} = 'any' AS any_order,
    {order:String} = 'strict' AS strict_order,
    {window_ms:Int64} AS window_ms,
    {tolerance_ms:Int64} AS tolerance_ms,
    arrayEnumerate({steps:Array(String)}) AS ks,
    arrayMap(k -> bitShiftLeft(toUInt64(1), k), ks) AS bits,
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS from_at,
    fromUnixTimestamp64Milli({to_ms:Int64} + if(by_person, window_ms, 0), 'UTC') AS to_at,

    identified AS
    (
        SELECT visitor, argMax(user, ended_at) AS known_as
        FROM sessions FINAL
        WHERE by_person AND project = {project:String} AND user != ''
        GROUP BY visitor
    ),

    -- A run fits a step of the funnel by its stage or by its stage.step: bit k of `fit` says that it fits step k.
    counted AS
    (
        SELECT
            id, user, visitor, started_at, job, state,
            arrayMap((stage, step) -> bitOr(
                transform(stage, {steps:Array(String)}, bits, toUInt64(0)),
                transform(concat(stage, '.', step), {steps:Array(String)}, bits, toUInt64(0))),
                path_stage, path_step) AS every_fit,
            arrayFilter(fit -> strict_order OR fit != 0, every_fit) AS fits,
            arrayMap(t -> toUnixTimestamp64Milli(t),
                arrayFilter((t, fit) -> strict_order OR fit != 0, path_started_at, every_fit)) AS began,
            arrayMap(t -> toUnixTimestamp64Milli(t),
                arrayFilter((t, fit) -> strict_order OR fit != 0, path_ended_at, every_fit)) AS ended
        FROM sessions FINAL
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate32(from_at) - {longest_days:UInt16} AND toDate32(to_at) + {longest_days:UInt16}
            AND if(by_person, ended_at, started_at) >= from_at AND started_at < to_at
            AND notEmpty(fits)
    ),

    units AS
    (
        SELECT state = 'open' AS is_open, [(started_at, job)] AS jobs, fits, began, ended
        FROM counted
        WHERE NOT by_person

        UNION ALL

        SELECT
            false AS is_open,
            arraySort(groupArray((started_at, job))) AS jobs,
            arrayMap(run -> run.4, arraySort(groupArrayArray(runs)) AS sorted) AS fits,
            arrayMap(run -> run.1, sorted) AS began,
            arrayMap(run -> run.5, sorted) AS ended
        FROM
        (
            SELECT
                multiIf(user != '', user, known_as != '', known_as, visitor) AS person, started_at, job,
                arrayMap((n, fit, b, e) -> (b, id, n, fit, e), arrayEnumerate(fits), fits, began, ended) AS runs
            FROM counted
            LEFT JOIN identified USING (visitor)
            WHERE by_person
        )
        GROUP BY person
    ),

    -- Where a chain may start. The first start reaches all that any later one does, unless the window may cut
    -- the chain short or another stage may break it.
    started AS
    (
        SELECT
            is_open, jobs, fits, began, ended,
            arrayFilter(
                start -> (any_order OR bitTest(start.3, 1))
                    AND (NOT by_person OR (start.2 >= {from_ms:Int64} AND start.2 < {to_ms:Int64})),
                arrayZip(
                    arrayConcat(arrayEnumerate(fits), arrayEnumerate(fits)),
                    arrayConcat(began, ended),
                    arrayConcat(fits, fits))) AS every_start,
            if(strict_order OR arrayMax(ended) - began[1] > window_ms, every_start, arraySlice(every_start, 1, 1)) AS starts
        FROM units
        WHERE notEmpty(every_start)
    ),

    -- A chain is (the run it has come to, its moment, the moments of all steps reached).
    chained AS
    (
        SELECT
            is_open, jobs,
            arrayMap(
                start -> arrayFold(
                    (chain, k) -> if(length(chain.3) + 1 < k, chain, (
                        arrayFirstIndex(
                            (n, fit, b, e) -> bitTest(fit, k) AND if(any_order,
                                (b BETWEEN start.2 AND start.2 + window_ms) OR (e BETWEEN start.2 AND start.2 + window_ms),
                                (n >= chain.1 AND e >= chain.2) OR (tolerance_ms > 0 AND e > chain.2 - tolerance_ms)),
                            arrayEnumerate(fits), fits, began, ended) AS found,
                        greatest(chain.2, if(any_order AND began[found] < start.2, ended[found], began[found])) AS moment,
                        if(found = 0 OR moment > start.2 + window_ms
                            OR (strict_order AND arrayExists(
                                (n, fit) -> n > chain.1 AND n < found AND NOT bitTest(fit, k - 1), arrayEnumerate(fits), fits)),
                            chain.3, arrayPushBack(chain.3, moment)))),
                    ks,
                    (start.1, start.2, emptyArrayInt64())).3,
                starts) AS chains,
            arrayFirst(chain -> length(chain) = arrayMax(c -> length(c), chains), chains) AS times
        FROM started
    )

SELECT
    if({breakdown:String} = 'job', arrayLast(j -> toUnixTimestamp64Milli(j.1) <= times[1], jobs).2, '') AS breakdown,
    sumForEach(arrayMap(k -> length(times) >= k, ks)) AS entered,
    sumForEach(arrayMap(
        k -> length(times) >= k AND (is_open OR (by_person AND times[1] + window_ms > {as_of_ms:Int64})), ks)) AS undecided,
    quantilesExactInclusiveForEach(0.5, 0.75, 0.9)(
        arrayMap(k -> (times[k + 1] - times[k]) / 1000, range(1, length(times)))) AS seconds
FROM chained
WHERE notEmpty(times)
GROUP BY breakdown
ORDER BY entered[1] DESC, breakdown
LIMIT 1000
