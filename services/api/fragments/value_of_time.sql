            toString(multiIf(
                by = 'week', toMonday(fromUnixTimestamp64Milli(began_at), {tz:String}),
                by = 'month', toStartOfMonth(fromUnixTimestamp64Milli(began_at), {tz:String}),
                toDate(fromUnixTimestamp64Milli(began_at), {tz:String})))
