            arrayMap(run -> bitOr(
                transform(splitByChar('\t', run)[1] AS stage, {steps:Array(String)}, bits, toUInt64(0)),
                bitOr(
                    transform(concat(stage, '.', splitByChar('\t', run)[2]) AS place, {steps:Array(String)}, bits, toUInt64(0)),
                    toUInt64(has({exclude:Array(String)}, stage) OR has({exclude:Array(String)}, place)))),
                splitByChar('\n', path_key))
