    -- An act is one number, since arrays of texts take several times as long: its moment since the period's begin (44
    -- bits), the steps that it fits (20), and a hash of its id. One that came twice counts once, as it was told first.
    acts_of_units AS
    (
        SELECT
            who, max(open_session) AS is_open,
            arraySort(groupArrayIf(
                bitOr(
                    bitShiftLeft(
                        toUInt128(bitOr(bitShiftLeft(toUInt64(at_ms - {from_ms:Int64}), 20), bitShiftRight(fit, 1))), 64),
                    toUInt128(cityHash64(visitor_hash, id))),
                fit != 0)) AS every,
            arrayMap(act -> toUInt64(act), every) AS ids,
            if(length(arrayDistinct(ids)) = length(ids), every,
                arrayFilter((act, times) -> times = 1, every, arrayEnumerateUniq(ids))) AS sorted,
            arrayMap(act -> toInt64(bitShiftRight(act, 84)) + {from_ms:Int64}, sorted) AS moments,
            arrayMap(act -> bitShiftLeft(bitAnd(toUInt64(bitShiftRight(act, 64)), 1048575), 1), sorted) AS fits
        FROM fitting
        GROUP BY who
        HAVING notEmpty(every)
    ),

    -- Units fare alike whose acts fit the same steps, with as many moments that a chain may start at and that are decided,
    -- and all moments alike: the same ones are no further apart than each length in `compared`. One of them is followed.
    ways AS
    (
        SELECT
            any(some_fits) AS fits,
            (count(), any(some_moments), any(open), groupArrayIf(some_moments, who <= {timed_to:UInt64})) AS cells
        FROM
        (
            SELECT
                who, is_open AS open, fits AS some_fits, moments AS some_moments,
                cityHash64(
                    fits, is_open, arrayCount(moment -> moment < {to_ms:Int64}, moments),
                    arrayCount(moment -> moment + window_ms <= {as_of_ms:Int64}, moments),
                    -- Most lie apart from each other, and all within the window.
                    if(moments[-1] - moments[1] <= window_ms
                            AND NOT arrayExists(gap -> gap < greatest(tolerance_ms, 1), arrayPopFront(arrayDifference(moments))),
                        [],
                        arrayMap(
                            length_of -> arrayMap(
                                (moment, n) -> arrayCount(later -> later - moment <= length_of, arraySlice(moments, n + 1)),
                                moments, arrayEnumerate(moments)),
                            {compared:Array(Int64)}))) AS way
            FROM acts_of_units
        )
        GROUP BY way
    ),
