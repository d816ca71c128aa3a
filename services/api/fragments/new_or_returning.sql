            -- A visitor is new in the first session there is of them: by hashes, as in first_visits.
            if(cityHash64(cityHash64(visitor), started_at) IN
            (
        -- include visits_that_are_first
            ), 'new', 'returning')
