            -- Of one place all steps are taken at once, and lines end between places.
            toUnixTimestamp64Milli(ended_at) - toUnixTimestamp64Milli(started_at) > {binding_ms:Int64} AND position(path_key, '\n') > 0
