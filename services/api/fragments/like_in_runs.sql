            -- What the runs of a path fit, and how many before each are close to it.
            arrayConcat(fits, close)
