            -- How many quarters of an hour later each of its way's moments lay, or each place was come to where it has none.
            if({by_run:Bool}, arrayStringConcat(
                arrayMap(
                    t -> toString(intDiv(t, 900000) - intDiv(toUnixTimestamp64Milli(started_at), 900000)),
                    if(empty(marks), arrayMap(t -> toUnixTimestamp64Milli(t), path_started_at), arrayMap(mark -> intDiv(mark, 2), marks))), ','),
                '')
