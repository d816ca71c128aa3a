    -- Where a chain may start. The first start reaches all that any later one does, unless the window may cut
    -- the chain short or another stage may break it.
    started AS
    (
        SELECT
            planned, path_key, close, cells, values, members, fits, began, ended,
            -- include scales
            arrayFilter(
                start -> (any_order OR bitTest(start.3, 1))
                    AND (NOT by_person OR (start.2 >= {from_ms:Int64} * scale AND start.2 < {to_ms:Int64} * scale)),
                arrayZip(
                    arrayConcat(arrayEnumerate(fits), arrayEnumerate(fits)),
                    arrayConcat(began, ended),
                    arrayConcat(fits, fits))) AS every_start,
            -- By moment: of chains that get equally far the one counts that began first.
            if(strict_order OR (NOT unbound AND arrayMax(ended) - began[1] > allowed),
                arraySort(start -> (start.2, start.1), every_start), arraySlice(every_start, 1, 1)) AS starts
        FROM units
        WHERE notEmpty(every_start)
    ),

    -- A chain is (the run it has come to, its moment, the moments of all steps reached).
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
            -- Who never comes to step 2 need not be followed, which most do not where there are many.
            if(any_order OR arrayExists(fit -> bitTest(fit, 2), fits), arrayMap(
                start -> arrayFold(
                    (chain, k) -> if(length(chain.3) + 1 < k, chain, (
                        arrayFirstIndex(
                            (n, fit, b, e) -> bitTest(fit, k) AND if(any_order,
                                unbound OR (b BETWEEN start.2 AND start.2 + allowed) OR (e BETWEEN start.2 AND start.2 + allowed),
                                (n >= chain.1 AND e >= chain.2) OR (tolerance_ms > 0 AND if(planned,
                                    n + close[run_at(chain.2)] >= run_at(chain.2), e > chain.2 - tolerance_ms))),
                            arrayEnumerate(fits), fits, began, ended) AS found,
                        greatest(chain.2, if(any_order AND began[found] < start.2, ended[found], began[found])) AS moment,
                        if(found = 0 OR (NOT unbound AND moment > start.2 + allowed)
                            OR (strict_order AND arrayExists(
                                (n, fit) -> n > chain.1 AND n < found AND NOT bitTest(fit, k - 1), arrayEnumerate(fits), fits)),
                            chain.3, arrayPushBack(chain.3, moment)))),
                    ks,
                    (start.1, start.2, emptyArrayInt64())).3,
                starts), [[starts[1].2]]) AS chains
        FROM started
        )
        )
    ),
