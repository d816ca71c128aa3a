            if(by = 'hour',
                formatDateTime(fromUnixTimestamp64Milli(began_at), '%Y-%m-%dT%H:00:00%z', {tz:String}),
                toString(multiIf(
                    by = 'week', toMonday(fromUnixTimestamp64Milli(began_at), {tz:String}),
                    by = 'month', toStartOfMonth(fromUnixTimestamp64Milli(began_at), {tz:String}),
                    toDate(fromUnixTimestamp64Milli(began_at), {tz:String}))))
