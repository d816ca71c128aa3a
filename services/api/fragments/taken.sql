    -- Of each unit, each step that it took: the value it is told apart by, and whether it went on to the next required.
    -- In layers, since ClickHouse works out anew what an expression means at each place where its alias stands.
    cells_of AS
    (
        SELECT cell, times, values, members, k, {next:Array(UInt8)}[k] AS following
        FROM
        (
            SELECT
                if(planned AND by_person, arrayMap(t -> if(t < 0, t, intDiv(t, pace)), chained_at), chained_at) AS times,
                values, members, arrayJoin(cells) AS cell,
                arrayFilter(k -> k <= length(times) AND times[k] >= 0, ks) AS there
            -- The limit is none: it keeps the filter from being pushed into the chains, which would work them out again.
            FROM (SELECT planned, times AS chained_at, values, members, cells FROM chained LIMIT 1000000000000)
            WHERE notEmpty(chained_at)
        )
        ARRAY JOIN there AS k
    ),

    placed AS
    (
        SELECT
            cell, values, members, k, times[1] AS began_at, times[k] AS took_at,
            following > 0 AND length(times) >= following AS went_on,
            length(times) = length(ks) AS finished,
            if(went_on, toUInt64(times[following] - took_at), 0) AS waited,
            multiIf({attribution:String} = 'first', began_at, {attribution:String} = 'last', times[-1], took_at) AS as_of
        FROM cells_of
    ),

    taken AS
    (
        SELECT
            k, went_on, finished, waited,
            cell.3 AS units_of,
            cell.1 = 'timed' AS is_timed,
            cell.2 OR (by_person AND began_at + window_ms > {as_of_ms:Int64}) AS undecided,
            -- include value
            AS value,
            arrayLast(member -> toUnixTimestamp64Milli(member.1) <= took_at, members).2 AS taken_in
        FROM placed
    )
