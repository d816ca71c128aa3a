            -- Who is followed by moments, be it that they were known by then or not; of the others, few get this far.
            AND (
                (if(user = '', cityHash64(visitor), cityHash64(user)) AS known_by) < {timed_below:UInt64}
                OR known_by IN
                (
                    SELECT person FROM people_apart
                    UNION ALL
                    SELECT known FROM identified
                    WHERE known_as < {timed_below:UInt64} OR known_as IN (SELECT person FROM people_apart)
                ))
