        -- Of units that were followed one by one.
        SELECT value, k, waited
        FROM taken
        WHERE NOT planned AND went_on
