            -- Moments of planned people are in millionths of what others' are in, so that each run of theirs has its own.
            planned AND NOT by_person AS unbound,
            if(planned AND by_person, pace, 1) AS scale,
            window_ms * scale + scale - 1 AS allowed,
