-- Who met a place of the journey, who got stuck there and how, and who went on to a later stage.
--
-- A row of kind `exposed` counts the sessions that came to a stage, or to a step of it; a row of kind `stuck`
-- those with a finding of one detector at one place. Both are counted by stratum: the job, the device, new
-- or returning, and the furthest stage reached before, as its number. `went_on` is a later stage entered after the entry
-- (`exposed`) or after the first finding (`stuck`). A stuck session also stands among the exposed, under the
-- stratum and fate it has there (`twin`, `twin_went_on`): less these, the exposed are the unaffected.
-- Abandonments that were taken back are counted apart, as `continued_later` and `done_elsewhere`.
WITH
    {stages:Array(String)} AS stages,

    -- include scoped

    -- include circumstances

    -- Sessions alike in all that is compared are counted as one.
    alike AS
    (
        SELECT
            part, concat(job, '\n', device, '\n', if(returning, 'returning', 'new'), '\n') AS kind_of,
            any(path_stage) AS ways, any(path_step) AS steps, arrayMap(s -> indexOf(stages, s), ways) AS depths,
            count() AS there,
            quantileExactInclusiveIfState(0.5)(value, value > 0) AS worths,
            topKIfState(1)(currency, value > 0) AS met_currencies
        FROM circumstanced
        GROUP BY part, job, device, returning, path_key
    ),

    -- A session comes to each of its places once: at the first time that it was there. Runs at one moment are in the
    -- order of their events, as everywhere.
    exposed AS
    (
        SELECT
            part, there, worths, met_currencies, visit.1 AS stage, visit.2 AS step,
            multiIf(
                stage = '', 1,
                step = '', indexOf(ways, stage),
                arrayFirstIndex((s, p) -> s = stage AND p = step, ways, steps)) AS entry,
            indexOf(stages, stage) AS place,
            concat(kind_of, toString(toUInt32(arrayMax(arrayConcat([place], arraySlice(depths, 1, entry - 1)))))) AS stratum,
            arrayExists(d -> d > place, arraySlice(depths, entry)) AS went_on
        FROM alike
        ARRAY JOIN arrayDistinct(arrayConcat(
            [('', '')],
            arrayMap(s -> (toString(s), ''), ways),
            arrayFilter(p -> p.2 != '', arrayMap((s, p) -> (toString(s), toString(p)), ways, steps)))) AS visit
    ),

    -- include standing
    stuck AS
    (
        SELECT
            detector, stage, step, page, element, session_id AS id, any(fate) AS became,
            min(occurred_at) AS stuck_at, max(occurred_at) AS last_at, max(intended) AS intended,
            count() AS findings, sum(cost_seconds) AS cost_seconds, max(severity) AS severity, max(value) AS left_value
        FROM judged
        GROUP BY detector, stage, step, page, element, id
    ),

    -- Of those who got stuck: few.
    stuck_sessions AS
    (
        SELECT
            part, id, currency, started_at, path_started_at AS moments, path_stage AS ways, path_step AS steps,
            concat(job, '\n', device, '\n', if(returning, 'returning', 'new'), '\n') AS kind_of,
            arrayMap(s -> indexOf(stages, s), path_stage) AS depths
        FROM circumstanced
        WHERE id IN (SELECT session_id FROM found)
    ),

    affected AS
    (
        SELECT
            stuck.*, part, currency,
            multiIf(
                stage = '', 1,
                step = '', indexOf(ways, stage),
                arrayFirstIndex((s, p) -> s = stage AND p = step, ways, steps)) AS entry,
            indexOf(stages, stage) AS place,
            concat(kind_of, toString(toUInt32(arrayMax(arrayConcat([place], arraySlice(depths, 1, entry - 1)))))) AS twin_stratum,
            arrayExists(d -> d > place, arraySlice(depths, entry)) AS twin_went_on,
            concat(kind_of, toString(toUInt32(greatest(
                place, arrayMax((d, t) -> if(t < stuck_at, d, 0), depths, moments))))) AS stratum,
            arrayExists((d, t) -> d > place AND t >= stuck_at, depths, moments) AS went_on
        FROM stuck
        INNER JOIN stuck_sessions USING (id)
        WHERE entry > 0
    )

SELECT
    part, 'exposed' AS kind, '' AS detector, stage, step, '' AS page, '' AS element, false AS intended,
    sum(there) AS sessions, toUInt64(0) AS findings,
    quantileExactInclusiveIfMerge(0.5)(worths) AS worth,
    -- By stratum, without those in which nobody who went on was worth anything.
    sumMap(mapFilter((key, median) -> isFinite(median), map(stratum, finalizeAggregation(worths)))) AS worth_by_stratum,
    topKIfMerge(1)(met_currencies) AS currencies, toFloat64(0) AS left_value,
    toFloat64(0) AS median_seconds, toUInt8(0) AS severity, toDateTime64(0, 3, 'UTC') AS last_at,
    sumMap(map(stratum, there)) AS counts, sumMap(map(stratum, further)) AS converted,
    CAST(map(), 'Map(String, UInt64)') AS twins, CAST(map(), 'Map(String, UInt64)') AS twins_converted,
    CAST([], 'Array(String)') AS examples,
    toUInt64(0) AS continued_later, toUInt64(0) AS done_elsewhere
FROM
(
    SELECT
        part, stage, step, stratum, sum(exposed.there) AS there, sumIf(exposed.there, went_on) AS further,
        quantileExactInclusiveIfMergeStateIf(0.5)(exposed.worths, went_on) AS worths,
        topKIfMergeState(1)(exposed.met_currencies) AS met_currencies
    FROM exposed
    GROUP BY part, stage, step, stratum
)
GROUP BY part, stage, step

UNION ALL

SELECT
    part, 'stuck', detector, stage, step, page, element, max(intended),
    countIf(became = ''), sumIf(findings, became = ''),
    toFloat64(0), CAST(map(), 'Map(String, Float64)'), topKIf(1)(currency, left_value > 0), sumIf(left_value, became = ''),
    quantileExactInclusive(0.5)(cost_seconds), max(severity), max(last_at),
    sumMap(map(stratum, toUInt64(1))), sumMap(map(stratum, toUInt64(went_on))),
    sumMap(map(twin_stratum, toUInt64(1))), sumMap(map(twin_stratum, toUInt64(twin_went_on))),
    arraySlice(arraySort(groupArraySortedIf(3)(id, became = '')), 1, 3),
    countIf(became = 'continued_later'), countIf(became = 'done_elsewhere')
FROM affected
GROUP BY part, detector, stage, step, page, element
ORDER BY part, count() DESC, detector, stage, step, page, element
LIMIT {limit:UInt32} BY part
