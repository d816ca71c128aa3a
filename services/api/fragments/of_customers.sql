                -- Visitors who were ever known as somebody: no others are customers.
                AND cityHash64(visitor) IN (SELECT known FROM known_numbers)
