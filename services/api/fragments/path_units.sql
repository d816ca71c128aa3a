    -- Paths, each followed once for all sessions that took it. After `ways` (path_key, cells).
    path_units AS
    (
        SELECT
            true AS planned, path_key,
            arrayMap(run -> toUInt64OrZero(splitByChar('\t', run)[3]), splitByChar('\n', path_key)) AS close,
            cells,
            CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), String))') AS values,
            CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), String))') AS members,
            arrayMap(run -> bitOr(
                transform(splitByChar('\t', run)[1] AS stage, {steps:Array(String)}, bits, toUInt64(0)),
                bitOr(
                    transform(concat(stage, '.', splitByChar('\t', run)[2]) AS place, {steps:Array(String)}, bits, toUInt64(0)),
                    toUInt64(has({exclude:Array(String)}, stage) OR has({exclude:Array(String)}, place)))),
                splitByChar('\n', path_key)) AS fits,
            arrayMap(n -> toInt64(n * pace), arrayEnumerate(fits)) AS began,
            arrayMap(n -> toInt64(n * pace + 1), arrayEnumerate(fits)) AS ended
        FROM ways
    ),
