    -- Of each unit, each step that it took: the value it is told apart by, and whether it went on to the next required.
    taken AS
    (
        SELECT
            planned,
            arrayJoin(arrayFilter(k -> k <= length(times) AND times[k] >= 0, ks)) AS k,
            {next:Array(UInt8)}[k] AS following,
            multiIf({attribution:String} = 'first', times[1], {attribution:String} = 'last', times[-1], times[k]) AS as_of,
            arrayJoin(cells) AS cell,
            cell.3 AS units_of,
            multiIf(
                planned, cell.1,
                by = '', '',
                by = 'day', toString(toDate(fromUnixTimestamp64Milli(times[1]), {tz:String})),
                by = 'week', toString(toMonday(fromUnixTimestamp64Milli(times[1]), {tz:String})),
                by = 'month', toString(toStartOfMonth(fromUnixTimestamp64Milli(times[1]), {tz:String})),
                arrayLast(one -> toUnixTimestamp64Milli(one.1) <= as_of, values).2) AS value,
            arrayLast(member -> toUnixTimestamp64Milli(member.1) <= times[k], members).2 AS taken_in,
            following > 0 AND length(times) >= following AS went_on,
            cell.2 OR (by_person AND times[1] + window_ms > {as_of_ms:Int64}) AS undecided,
            length(times) = length({steps:Array(String)}) AS finished,
            if(went_on, toUInt64(times[following] - times[k]), 0) AS waited
        -- The limit is none: it keeps the filter from being pushed into the chains, which would work them out again.
        FROM (SELECT * FROM chained LIMIT 1000000000000)
        WHERE notEmpty(times)
    )
