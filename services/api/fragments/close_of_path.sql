            -- Of each run of a path, how many before it ended less than a second before it began.
            arrayMap(run -> toUInt64OrZero(splitByChar('\t', run)[3]), splitByChar('\n', path_key))
