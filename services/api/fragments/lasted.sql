            -- From its first place to its end, in milliseconds; 0 where it has one place alone, of which all steps are taken
            -- at once. Lines end between places.
            if(position(path_key, '\n') > 0, toUnixTimestamp64Milli(ended_at) - toUnixTimestamp64Milli(started_at), 0)
