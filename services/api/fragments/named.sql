                -- By which a day's events are sorted: no others are read.
                AND name IN {names:Array(String)}
