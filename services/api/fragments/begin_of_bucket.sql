            (multiIf(
                {bucket:String} = 'week', toMonday(toDate(started_at, {tz:String})),
                {bucket:String} = 'month', toStartOfMonth(toDate(started_at, {tz:String})),
                toDate(started_at, {tz:String})),
            if({bucket:String} = 'hour', toUnixTimestamp(toStartOfHour(started_at, {tz:String})), toUInt32(0)))
