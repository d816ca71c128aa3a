                -- Ids are hashes, so this is a share of the sessions of each day, and all that is read of them.
                AND id < {timed_below:String}
