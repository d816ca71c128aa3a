-- How many units (sessions or people) reached each step of a funnel, and how long they took.
-- Read from session rows alone: a path's element is a run of events in one stage and step, with the
-- moments of its first and last event. The meaning of each order stands in funnel.py.
WITH
    {order:String} = 'any' AS any_order,
    {order:String} = 'strict' AS strict_order,
    {window_ms:Int64} AS window_ms,
    {tolerance_ms:Int64} AS tolerance_ms,
    range(1, length({steps:Array(String)}) + 1) AS ks,
    arrayMap(k -> bitShiftLeft(toUInt64(1), k - 1), ks) AS bits,
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS from_at,
    fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC') AS to_at,

    identified AS
    (
        SELECT visitor, argMax(user, ended_at) AS known_as
        FROM sessions FINAL
        WHERE {unit:String} = 'person' AND project = {project:String} AND user != ''
        GROUP BY visitor
    ),

    -- One row a session that counts, with the person whose it is where people are asked for.
    counted AS
    (
        SELECT
            id, started_at, job,
            if({unit:String} = 'session', id, multiIf(user != '', user, known_as != '', known_as, visitor)) AS unit,
            {unit:String} = 'session' AND state = 'open' AS is_open,
            arrayMap((s, p) -> bitOr(
                transform(s, {steps:Array(String)}, bits, toUInt64(0)),
                transform(concat(s, '.', p), {steps:Array(String)}, bits, toUInt64(0))), path_stage, path_step) AS all_fits,
            arrayMap((fit, s) -> fit != 0 OR (strict_order AND s != ''), all_fits, path_stage) AS kept,
            arrayFilter((fit, keep) -> keep, all_fits, kept) AS fits,
            arrayMap(t -> toUnixTimestamp64Milli(t), arrayFilter((t, keep) -> keep, path_started_at, kept)) AS began,
            arrayMap(t -> toUnixTimestamp64Milli(t), arrayFilter((t, keep) -> keep, path_ended_at, kept)) AS ended
        FROM sessions FINAL
        LEFT JOIN identified USING (visitor)
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate(from_at) - 7 AND toDate(addMilliseconds(to_at, {reach_ms:Int64})) + 7
            AND started_at < addMilliseconds(to_at, {reach_ms:Int64})
            AND if({unit:String} = 'session', started_at, ended_at) >= from_at
            AND notEmpty(fits)
    ),

    units AS
    (
        SELECT is_open, [(started_at, job)] AS jobs, fits, began, ended
        FROM counted
        WHERE {unit:String} = 'session'

        UNION ALL

        SELECT false, arraySort(groupArray((started_at, job))), runs.4, runs.1, runs.5
        FROM
        (
            SELECT
                started_at, job, unit,
                arrayMap((n, fit, b, e) -> (b, id, n, fit, e), arrayEnumerate(fits), fits, began, ended) AS own
            FROM counted
            WHERE {unit:String} = 'person'
        )
        GROUP BY unit, arraySort(groupArrayArray(own)) AS runs
    )
SELECT 1
