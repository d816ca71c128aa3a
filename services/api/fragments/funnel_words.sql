    -- What the parts of a funnel's SQL call things.
    1000000 AS pace,
    {unit:String} = 'person' AS by_person,
    -- At which of its runs a planned unit is at a moment.
    moment -> if(by_person, modulo(moment, pace), intDiv(moment, pace)) AS run_at,
    {order:String} = 'any' AS any_order,
    {order:String} = 'strict' AS strict_order,
    {window_ms:Int64} AS window_ms,
    {tolerance_ms:Int64} AS tolerance_ms,
    {by:String} AS by,
    CAST([], 'Array(Array(Int64))') AS none,
    arrayEnumerate({steps:Array(String)}) AS ks,
    arrayMap(k -> bitShiftLeft(toUInt64(1), k), ks) AS bits,
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS from_at,
    fromUnixTimestamp64Milli({to_ms:Int64} + if(by_person, window_ms, 0), 'UTC') AS to_at,

