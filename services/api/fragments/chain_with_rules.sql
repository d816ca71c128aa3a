    -- Every event that says something, in order: (moment, its run's number, its fit, the fits within the second before).
    marked AS
    (
        SELECT
            planned, path_key, close, cells, values, members,
            -- include scales
            arraySort(arrayDistinct(arrayConcat(
                arrayZip(began, arrayEnumerate(fits), fits), arrayZip(ended, arrayEnumerate(fits), fits)))) AS acts,
            arrayMap((act, i) -> if(tolerance_ms = 0, act.3, arrayFold(
                    (mask, other) -> bitOr(mask, other.3),
                    arrayFilter(
                        other -> if(planned, other.2 + close[act.2] >= act.2, other.1 > act.1 - tolerance_ms),
                        arraySlice(acts, 1, i)),
                    toUInt64(0))),
                acts, arrayEnumerate(acts)) AS near
        FROM units
    ),

    -- What each of them can do: take a unit to step k, `own` where it fits by itself and not only by the second it is
    -- in; or (k = 0) end all chains but those at the steps in `keep`.
    moved AS
    (
        SELECT
            planned, path_key, close, cells, values, members, unbound, scale, allowed, acts,
            arrayFlatten(arrayMap((act, i, mask) -> arrayConcat(
                arrayMap(k -> (act.1, i, toUInt8(k), bitTest(act.3, k), toUInt64(0)), arrayFilter(k -> bitTest(mask, k), ks)),
                multiIf(
                    bitTest(act.3, 0), [(act.1, i, toUInt8(0), false, toUInt64(0))],
                    strict_order, [(act.1, i, toUInt8(0), false, act.3)],
                    [])), acts, arrayEnumerate(acts), near)) AS moves,
            arrayFilter(i -> bitTest(acts[i].3, 1)
                AND (NOT by_person OR (acts[i].1 >= {from_ms:Int64} * scale AND acts[i].1 < {to_ms:Int64} * scale)), arrayEnumerate(acts)) AS every_start,
            -- Only where the window may cut a chain short must each start be followed by itself.
            if(NOT unbound AND acts[-1].1 - acts[1].1 > allowed, arrayMap(i -> [i], every_start), [every_start]) AS starts
        FROM marked
        WHERE notEmpty(every_start)
    ),

    -- For each step a queue of chains that stand there, the first to come in front: a chain is the moments of its
    -- steps, -1 for an optional one that was left out. Where steps have windows of their own a later chain may go on
    -- where an earlier one no longer can, so all are kept; else the first does for all.
    chained AS
    (
        SELECT *, arrayFirst(chain -> length(chain) = longest, chains) AS times
        FROM
        (
        SELECT *, arrayMax(chain -> length(chain), chains) AS longest
        FROM
        (
        SELECT
            planned, path_key, close, cells, values, members,
            arrayMap(
                begins -> arrayFold(
                    (found, move) -> (
                        if(notEmpty(if(move.3 < 2,
                                if(move.3 = 1 AND move.4 AND has(begins, move.2), [[move.1]], none),
                                arrayMap(
                                    way -> arrayConcat(
                                        way.2, arrayResize(emptyArrayInt64(), move.3 - 1 - way.1, toInt64(-1)), [move.1]),
                                    arraySlice(arrayFilter(
                                        way -> notEmpty(way.2),
                                        arrayMap(
                                            p -> (p, arrayFirst(
                                                chain -> (move.4 OR chain[-1] = move.1)
                                                    AND (unbound OR (
                                                        move.1 - chain[-1] <= {step_windows:Array(Int64)}[move.3] * scale + scale - 1
                                                        AND move.1 - chain[1] <= allowed)),
                                                found.2[p])),
                                            {befores:Array(Array(UInt8))}[move.3])), 1, 1))) AS news)
                            AND length(news[1]) > length(found.1), news[1], found.1),
                        arrayMap(
                            (queue, k) -> multiIf(
                                move.3 = 0, if(bitTest(move.5, k), queue, none),
                                k = move.3 AND ({keeps_all:Bool} OR empty(queue)), arrayConcat(queue, news),
                                queue),
                            found.2, ks)),
                    moves,
                    (emptyArrayInt64(), arrayMap(k -> none, ks))).1,
                starts) AS chains
        FROM moved
        )
        )
    ),
