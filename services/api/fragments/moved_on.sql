            -- How many quarters of an hour later each place of the path was entered; '' where all were in the first.
            if({by_run:Bool} AND intDiv(toUnixTimestamp64Milli(ended_at), 900000) != intDiv(toUnixTimestamp64Milli(started_at), 900000),
                arrayStringConcat(
                    arrayMap(
                        t -> toString(intDiv(toUnixTimestamp64Milli(t), 900000) - intDiv(toUnixTimestamp64Milli(started_at), 900000)),
                        path_started_at), ','),
                '')
