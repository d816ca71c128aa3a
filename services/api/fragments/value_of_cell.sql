            if(by = '', '', arrayLast(one -> toUnixTimestamp64Milli(one.1) <= as_of, values).2)
